"use client";

import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { datasetAddress } from "@/components/dataset/search-params";
import { useDataset } from "@/components/dataset/use-dataset";
import { useDatasetParams } from "@/components/dataset/use-dataset-params";
import { ImageFacts } from "@/components/image/ImageFacts";
import { imagePath, imageUrl } from "@/components/image/path";
import { Crumbs } from "@/components/shell/crumbs";
import { Button } from "@/components/ui/Button";
import { CopyButton } from "@/components/ui/CopyButton";
import { cutMiddle } from "@/components/ui/cut-middle";
import { EmptyState } from "@/components/ui/EmptyState";
import { formatCount } from "@/components/ui/format";
import { Kbd } from "@/components/ui/Kbd";
import { LinkButton } from "@/components/ui/LinkButton";
import { Filmstrip } from "./Filmstrip";
import { PictureStage, PictureTools } from "./Picture";
import { useKeys } from "./use-keys";
import { useNeighbours } from "./use-neighbours";
import { useScene } from "./use-scene";

const TITLE_CHARACTERS = 44;

/** One image, large: picture, its controls, what is known of it, and the way to its neighbours. */
export function ImageViewer({ datasetId }: { datasetId: number }) {
  const { dataset } = useDataset(datasetId);
  const view = useDatasetParams();
  const { params, set } = view;
  const path = params.image;
  const zarrUrl = imageUrl(path, dataset.zarr_dir);
  const state = useScene({ dataset, zarrUrl, view });
  const neighbours = useNeighbours(datasetId, params, zarrUrl);
  const { items, offset, at, matching } = neighbours;
  const router = useRouter();
  const back = `/datasets/${dataset.id}${datasetAddress(params)}`;
  const size = state.scene?.image.size;

  const go = (index: number) => {
    const next = at < 0 ? undefined : items[index];
    if (next) set({ image: imagePath(next.zarr_url, dataset.zarr_dir), at: offset + index });
  };
  const step = (by: number) => {
    if (!state.scene || !size) return;
    set({ z: Math.min(Math.max(state.scene.z + by, 0), size.z - 1) });
  };
  const close = () => router.push(back);
  useKeys({
    j: () => go(at + 1),
    k: () => go(at - 1),
    arrowright: () => go(at + 1),
    arrowleft: () => go(at - 1),
    arrowup: () => step(1),
    arrowdown: () => step(-1),
    escape: close,
    " ": close,
  });

  const crumbs = [
    { label: dataset.project_name, href: `/projects/${dataset.project_id}` },
    { label: dataset.name, href: back },
    { label: path === "" ? "No image" : cutMiddle(path, TITLE_CHARACTERS) },
  ];
  if (path === "")
    return (
      <>
        <Crumbs items={crumbs} />
        <h1 className="sr-only">No image chosen</h1>
        <EmptyState title="No image chosen" action={<LinkButton href={back}>Open the dataset</LinkButton>}>
          The address names no image of this dataset.
        </EmptyState>
      </>
    );
  const image = items[at];
  return (
    <div className="flex min-h-0 min-w-0 flex-1 max-lg:flex-none max-lg:flex-col">
      <Crumbs items={crumbs} />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col max-lg:flex-none">
        <div className="min-h-0 flex-1 max-lg:h-[min(100vw,60dvh)] max-lg:flex-none">
          <PictureStage state={state} isLarge />
        </div>
        <Filmstrip
          dataset={dataset}
          neighbours={neighbours}
          onSelect={(next, index) => set({ image: imagePath(next.zarr_url, dataset.zarr_dir), at: index })}
        />
      </div>
      <aside
        aria-label="Details"
        className="flex min-h-0 shrink-0 flex-col border-line bg-surface lg:w-[344px] lg:overflow-y-auto lg:border-l"
      >
        <header className="border-b border-line px-4 py-3">
          <div className="flex items-start gap-1">
            <h1 className="min-w-0 flex-1 font-mono text-12 font-semibold break-all">{path}</h1>
            <CopyButton text={zarrUrl} label="Copy path" className="-my-1" />
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label="Close picture"
              className="-my-1"
              onClick={close}
            >
              <X strokeWidth={1.75} />
            </Button>
          </div>
          {at >= 0 && (
            <div className="mt-1 flex items-center gap-1 text-12 text-ink-3">
              <span className="mr-auto">
                {formatCount(offset + at + 1)} of {formatCount(matching)}
              </span>
              <span className="flex items-center gap-1 max-lg:hidden">
                <Kbd>K</Kbd>
                <Kbd>J</Kbd>
              </span>
              <Button
                variant="ghost"
                size="sm"
                icon
                aria-label="Previous image"
                disabledReason={offset + at === 0 ? "This is the first image." : undefined}
                onClick={() => go(at - 1)}
              >
                <ChevronLeft strokeWidth={1.75} />
              </Button>
              <Button
                variant="ghost"
                size="sm"
                icon
                aria-label="Next image"
                disabledReason={offset + at === matching - 1 ? "This is the last image." : undefined}
                onClick={() => go(at + 1)}
              >
                <ChevronRight strokeWidth={1.75} />
              </Button>
            </div>
          )}
        </header>
        <h2 className="sr-only">How it is shown, and what is known of it</h2>
        <PictureTools state={state} view={view} />
        {image && (
          <ImageFacts
            image={image}
            dataset={dataset}
            hrefOf={(other) => datasetAddress({ ...params, image: other, at: null })}
          />
        )}
      </aside>
    </div>
  );
}
