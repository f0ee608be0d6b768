"use client";

import { useQuery } from "@tanstack/react-query";
import { Maximize2, Pencil, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { datasetAddress } from "@/components/dataset/search-params";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { ImageDialog } from "@/components/image/ImageDialog";
import { ImageFacts } from "@/components/image/ImageFacts";
import { imageUrl } from "@/components/image/path";
import { RemoveImagesDialog } from "@/components/image/RemoveImagesDialog";
import { Inspector } from "@/components/shell/Inspector";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { cutMiddle } from "@/components/ui/cut-middle";
import { LinkButton } from "@/components/ui/LinkButton";
import { SkeletonLines } from "@/components/ui/Skeleton";
import { useKeys } from "@/components/viewer/use-keys";
import type { ImageRow } from "@/server/contracts/image";

const TITLE_CHARACTERS = 30;

/** The readers of Zarr come when somebody looks. */
const PicturePanel = dynamic(
  () => import("@/components/viewer/PicturePanel").then((module) => module.PicturePanel),
  { ssr: false, loading: () => <div className="h-[300px] shrink-0 bg-stage" /> },
);

type Props = {
  dataset: { id: number; zarr_dir: string };
  /** Path below the folder of the dataset, from the address of the page. */
  path: string;
  workflowTaskId: number | null;
  /** The row of the list, shown until the answer is there; undefined when it is not loaded. */
  known: ImageRow | undefined;
  /** Address of this page with another image, for the way to the origin. */
  hrefOf: (path: string) => string;
  /** The page's address: what is looked at, and how. */
  view: DatasetView;
  /** Paths before and after this one in the list; null at its ends. */
  previous: string | null;
  next: string | null;
  /** Place in the filtered list, from 0; null: not loaded. */
  at: number | null;
  /** Why this person cannot change the list. */
  disabledReason: string | undefined;
  onClose: () => void;
};

/** One image: what is known about it, what it was made from, where it lies. */
export function ImageInspector(props: Props) {
  const { dataset, path, workflowTaskId, known, hrefOf, view, disabledReason, onClose } = props;
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const [edits, setEdits] = useState(0);
  const zarrUrl = imageUrl(path, dataset.zarr_dir);
  const query = useQuery(
    useTRPC().image.list.queryOptions({
      dataset_id: dataset.id,
      search: zarrUrl,
      limit: 50,
      ...(workflowTaskId === null ? {} : { workflow_task_id: workflowTaskId }),
    }),
  );
  // The search finds longer paths too.
  const image = query.data ? query.data.items.find((row) => row.zarr_url === zarrUrl) : known;
  const look = `/datasets/${dataset.id}/image${datasetAddress({ ...view.params, image: path, at: props.at })}`;
  const go = (other: string | null) => (other === null ? undefined : () => view.set({ image: other }));
  useKeys({ j: go(props.next), k: go(props.previous) });
  return (
    <Inspector
      title={
        <span title={path} className="font-mono text-[12.5px]">
          {cutMiddle(path, TITLE_CHARACTERS)}
        </span>
      }
      tools={
        image && (
          <>
            <LinkButton variant="ghost" size="sm" icon aria-label="Open large" title="Open large" href={look}>
              <Maximize2 strokeWidth={1.75} />
            </LinkButton>
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label="Edit image"
              disabledReason={disabledReason}
              onClick={() => {
                // A new form each time: it starts from the image as it is now.
                setEdits(edits + 1);
                setOpen("edit");
              }}
            >
              <Pencil strokeWidth={1.75} />
            </Button>
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label="Remove from list"
              disabledReason={disabledReason}
              onClick={() => setOpen("remove")}
            >
              <Trash2 strokeWidth={1.75} />
            </Button>
          </>
        )
      }
      close={onClose}
    >
      {image ? (
        <>
          <PicturePanel dataset={dataset} zarrUrl={zarrUrl} view={view} />
          <ImageFacts image={image} dataset={dataset} hrefOf={hrefOf} />
          <ImageDialog
            key={`${image.id}-${edits}`}
            open={open === "edit"}
            onOpenChange={(next) => setOpen(next ? "edit" : null)}
            dataset={dataset}
            image={image}
          />
          <RemoveImagesDialog
            open={open === "remove"}
            onOpenChange={(next) => setOpen(next ? "remove" : null)}
            datasetId={dataset.id}
            imageIds={[image.id]}
            path={path}
            onRemoved={onClose}
          />
        </>
      ) : query.isPending ? (
        <div className="px-4 py-2">
          <SkeletonLines label="Loading image" lines={4} />
        </div>
      ) : (
        <p className="px-4 py-3 text-ink-2">
          {query.isError ? "The image could not be loaded." : "This image is not on the list any more."}
        </p>
      )}
    </Inspector>
  );
}
