"use client";

import { cx } from "class-variance-authority";
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { imagePath } from "@/components/image/path";
import { drawThumbnail } from "./thumbnail";
import type { Thumbnail as Picture } from "./thumbnail";
import { thumbnails } from "./thumbnail-store";
import type { Range } from "./ngff";

type Props = {
  dataset: { id: number; zarr_dir: string };
  zarrUrl: string;
  /** The plate, so that its wells share one contrast. */
  plate: string;
  /** 28, 40, 64 or 108 px. */
  size: number;
};

/** Why the address alone says that there can be no picture; null: it can be tried. */
export function whyNotBelow(zarrUrl: string, zarrDir: string): string | null {
  if (zarrUrl.startsWith("s3://"))
    return "The image is in an object store, which this server cannot read yet.";
  if (imagePath(zarrUrl, zarrDir) === zarrUrl)
    return "The image lies outside the folder of the dataset, so it is not shown here.";
  return null;
}

/** A small picture on the stage, decoration beside the image's name; without one, the reason is its name. */
export function Thumbnail({ dataset, zarrUrl, plate, size }: Props) {
  const path = imagePath(zarrUrl, dataset.zarr_dir);
  const refusal = whyNotBelow(zarrUrl, dataset.zarr_dir);
  const scope = `${dataset.id} ${plate}`;
  const result = useSyncExternalStore(
    thumbnails.subscribe,
    useCallback(() => thumbnails.get(dataset.id, path), [dataset.id, path]),
    () => null,
  );
  const contrast = useSyncExternalStore(
    thumbnails.subscribe,
    useCallback(() => thumbnails.contrast(scope), [scope]),
    () => null,
  );
  // External system: the queue that loads pictures. A row that scrolls away takes its wish back.
  useEffect(
    () => (refusal === null ? thumbnails.request(dataset.id, path, scope) : undefined),
    [dataset.id, path, scope, refusal],
  );
  const reason = refusal ?? (result && "reason" in result ? result.reason : null);
  return (
    <span
      style={{ width: size, height: size }}
      className="inline-grid shrink-0 place-items-center overflow-hidden rounded-[3px] bg-stage align-middle"
      {...(reason === null ? {} : { role: "img", "aria-label": `No picture. ${reason}`, title: reason })}
    >
      {reason !== null ? (
        <span
          style={{ width: size * 0.4, height: size * 0.4 }}
          className="rounded-full border border-dashed border-stage-ink-2"
        />
      ) : (
        result && "picture" in result && contrast && <Drawing picture={result.picture} contrast={contrast} />
      )}
    </span>
  );
}

function Drawing({ picture, contrast }: { picture: Picture; contrast: ReadonlyMap<string, Range> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // External system: the canvas.
  useEffect(() => {
    const data = new ImageData(drawThumbnail(picture, contrast), picture.width, picture.height);
    canvas.current?.getContext("2d")?.putImageData(data, 0, 0);
  }, [picture, contrast]);
  return (
    <canvas
      ref={canvas}
      width={picture.width}
      height={picture.height}
      aria-hidden="true"
      data-thumbnail
      className={cx("size-full object-cover", picture.width < 32 && "[image-rendering:pixelated]")}
    />
  );
}
