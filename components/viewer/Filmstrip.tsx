"use client";

import { cx } from "class-variance-authority";
import { useEffect, useRef } from "react";
import { imagePath } from "@/components/image/path";
import { plateOf } from "@/components/image/plate-of";
import type { ImageRow } from "@/server/contracts/image";
import { Thumbnail } from "./Thumbnail";
import type { Neighbours } from "./use-neighbours";

type Props = {
  dataset: { id: number; zarr_dir: string };
  neighbours: Neighbours;
  onSelect: (image: ImageRow, at: number) => void;
};

/** The images beside this one in the list, to step through a plate. */
export function Filmstrip({ dataset, neighbours, onSelect }: Props) {
  const { items, offset, at } = neighbours;
  const current = useRef<HTMLButtonElement>(null);
  const url = items[at]?.zarr_url;
  // External system: the scroll position.
  useEffect(() => {
    // Not returned: newer browsers answer with a promise, which is no cleanup.
    current.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [url]);
  if (items.length < 2) return null;
  return (
    <nav
      aria-label="Neighbours"
      className="flex h-[104px] shrink-0 gap-2 overflow-x-auto border-t border-stage-line bg-stage px-3.5 pt-2.5"
    >
      {items.map((image, index) => {
        const path = imagePath(image.zarr_url, dataset.zarr_dir);
        const isCurrent = index === at;
        return (
          <button
            key={image.id}
            ref={isCurrent ? current : null}
            type="button"
            title={path}
            aria-label={path}
            aria-current={isCurrent ? "true" : undefined}
            onClick={() => onSelect(image, offset + index)}
            className={cx(
              "flex h-fit w-16 shrink-0 flex-col items-center gap-1 rounded-[3px] text-11",
              isCurrent ? "text-stage-ink" : "text-stage-ink-2 hover:text-stage-ink",
            )}
          >
            <span
              className={cx(
                "rounded-[3px] leading-none",
                isCurrent && "outline-2 outline-offset-2 outline-stage-select",
              )}
            >
              <Thumbnail
                dataset={dataset}
                zarrUrl={image.zarr_url}
                plate={plateOf(image, dataset.zarr_dir)}
                size={64}
              />
            </span>
            <span className="w-full truncate text-center">{shortName(image, path)}</span>
          </button>
        );
      })}
    </nav>
  );
}

/** The well says more than the end of a path. */
function shortName({ attributes }: ImageRow, path: string): string {
  const well = attributes["well"];
  return well === undefined ? path.split("/").slice(-2).join("/") : `${well} ${path.split("/").at(-1)}`;
}
