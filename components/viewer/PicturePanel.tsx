"use client";

import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { PictureStage, PictureTools } from "./Picture";
import { useScene } from "./use-scene";

type Props = { dataset: { id: number; zarr_dir: string }; zarrUrl: string; view: DatasetView };

/** The picture of one image in a side panel. */
export function PicturePanel({ dataset, zarrUrl, view }: Props) {
  const state = useScene({ dataset, zarrUrl, view });
  return (
    <>
      <div className="h-[300px] shrink-0">
        <PictureStage state={state} isLarge={false} />
      </div>
      <PictureTools state={state} view={view} />
    </>
  );
}
