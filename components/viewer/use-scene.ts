"use client";

import { useState } from "react";
import { imagePath } from "@/components/image/path";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { applyChoices, middleZ } from "./channels";
import { percentiles } from "./contrast";
import { sentenceFor } from "./data-store";
import { whyNotBelow } from "./Thumbnail";
import { formatLength } from "./lengths";
import type { OpenImage } from "./open-image";
import type { Scene } from "./tile-painter";
import { useChoices } from "./use-choices";
import { useLabelImage, usePicture } from "./use-picture";
import type { Hover } from "./use-stage";

type Props = { dataset: { id: number; zarr_dir: string }; zarrUrl: string; view: DatasetView };

/** Everything about one picture: what is drawn by address, metadata and choices, and how to change it. */
export function useScene({ dataset, zarrUrl, view }: Props) {
  const { params, set } = view;
  const refusal = whyNotBelow(zarrUrl, dataset.zarr_dir);
  const picture = usePicture(dataset, zarrUrl, refusal === null);
  const names = picture.data?.labels ?? [];
  const labelName = (params.label !== null && names.includes(params.label) ? params.label : names[0]) ?? null;
  const labels = useLabelImage(dataset, zarrUrl, params.labels === "off" ? null : labelName);
  const [choices, setChoices] = useChoices(dataset.id);
  const [hover, setHover] = useState<Hover | null>(null);

  const image = picture.data?.image;
  const z = Math.min(Math.max(params.z ?? (image ? middleZ(image) : 0), 0), (image?.size.z ?? 1) - 1);
  const t = Math.min(Math.max(params.t ?? 0, 0), (image?.size.t ?? 1) - 1);
  const channels = picture.data ? applyChoices(picture.data.channels, choices, params.channels) : [];
  const shown = channels.filter(({ isOn }) => isOn);
  const scene: Scene | null = image
    ? { image, labels: labels.data ?? null, labelMode: params.labels, channels: shown.map(drawn), t, z }
    : null;
  return {
    scene,
    channels,
    shown,
    hover,
    setHover,
    labelNames: names,
    labelName,
    labelProblem: labels.error ? sentenceFor(labels.error) : null,
    /** Why there is no picture, in a sentence; null: there is one, or it is loading. */
    problem: refusal ?? (picture.error ? sentenceFor(picture.error) : null),
    retry: () => void picture.refetch(),
    sentence: image
      ? describe(imagePath(zarrUrl, dataset.zarr_dir), image, shown, {
          z,
          t,
          labels: params.labels === "off" ? null : labelName,
        })
      : "",
    changeChannel: (
      channel: (typeof channels)[number],
      { isOn, ...choice }: { isOn?: boolean } & NonNullable<(typeof choices)[string]>,
    ) => {
      if (Object.keys(choice).length > 0)
        setChoices({ ...choices, [channel.label]: { ...choices[channel.label], ...choice } });
      if (isOn === undefined) return;
      const on = channels.filter((other) => (other.index === channel.index ? isOn : other.isOn));
      set({ channels: on.map(({ index }) => index) });
    },
    autoContrast: () =>
      setChoices({
        ...choices,
        ...Object.fromEntries(
          channels.map(({ label, values }) => [label, { ...choices[label], range: percentiles(values) }]),
        ),
      }),
  };
}

/** What the painter needs of a channel, and what it compares pictures by. */
const drawn = ({ index, color, range }: Scene["channels"][number]) => ({ index, color, range });

export type SceneState = ReturnType<typeof useScene>;

function describe(
  path: string,
  image: OpenImage,
  shown: readonly { label: string }[],
  { z, t, labels }: { z: number; t: number; labels: string | null },
): string {
  const { levels, pixel, size } = image;
  const { width = 0, height = 0 } = levels[0] ?? {};
  const extent = pixel
    ? `${formatLength(width * pixel.x, "µm")} wide, ${formatLength(height * pixel.y, "µm")} high`
    : `${width} × ${height} pixels`;
  const parts = [
    shown.length === 0 ? "no channel" : shown.map(({ label }) => label).join(", "),
    ...(size.z > 1 ? [`plane ${z + 1} of ${size.z}`] : []),
    ...(size.t > 1 ? [`time point ${t + 1} of ${size.t}`] : []),
    extent,
    ...(labels === null ? [] : [`labels ${labels}`]),
  ];
  return `Image ${path}: ${parts.join("; ")}.`;
}
