"use client";

import { Segmented } from "@/components/ui/Segmented";
import { Select } from "@/components/ui/Select";
import { LABEL_MODES } from "@/components/dataset/search-params";
import type { LabelMode } from "./composite";
import type { Channel } from "./channels";
import { formatLength, formatPixel, formatPosition } from "./lengths";
import type { OpenImage } from "./open-image";
import type { Hover } from "./use-stage";

const SECTION = "border-b border-line px-4 py-3";
const MODES = LABEL_MODES.map((value) => ({
  value,
  label: { outline: "Outline", fill: "Fill", off: "Off" }[value],
}));

type PlaneProps = {
  image: OpenImage;
  z: number;
  t: number;
  onChange: (change: { z?: number; t?: number }) => void;
};

/** Sliders for what a flat picture cannot show at once; nothing for an image with one plane. */
export function PlaneControls({ image, z, t, onChange }: PlaneProps) {
  const { size, pixel } = image;
  if (size.z === 1 && size.t === 1) return null;
  return (
    <section aria-label="Planes" className={`${SECTION} flex flex-col gap-2`}>
      {size.z > 1 && (
        <PlaneSlider
          name="z"
          label="Plane"
          value={z}
          count={size.z}
          note={pixel === null ? null : formatLength(z * pixel.z, "µm")}
          onChange={(next) => onChange({ z: next })}
        />
      )}
      {size.t > 1 && (
        <PlaneSlider
          name="t"
          label="Time point"
          value={t}
          count={size.t}
          note={null}
          onChange={(next) => onChange({ t: next })}
        />
      )}
    </section>
  );
}

type SliderProps = {
  name: "z" | "t";
  label: string;
  value: number;
  count: number;
  note: string | null;
  onChange: (value: number) => void;
};

function PlaneSlider({ name, label, value, count, note, onChange }: SliderProps) {
  const words = `${value + 1} of ${count}${note === null ? "" : `, ${note}`}`;
  return (
    <label className="grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-3">
      <span className="font-semibold">{name}</span>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={words}
        min={0}
        max={count - 1}
        step={1}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
        className="h-5 w-full accent-(--select) max-md:h-10"
      />
      <span className="text-12 whitespace-nowrap text-ink-3">{words}</span>
    </label>
  );
}

type LabelProps = {
  names: readonly string[];
  name: string;
  mode: LabelMode;
  /** Why the chosen one cannot be drawn; null: it can. */
  problem: string | null;
  onChange: (change: { labels?: LabelMode; label?: string }) => void;
};

/** Objects that a segmentation found. */
export function LabelControls({ names, name, mode, problem, onChange }: LabelProps) {
  return (
    <section aria-label="Labels" className={SECTION}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-semibold">Labels</h3>
        <Segmented
          size="sm"
          label="How labels are drawn"
          options={MODES}
          value={mode}
          onValueChange={(labels) => onChange({ labels })}
        />
      </div>
      {names.length > 1 ? (
        <Select
          size="sm"
          aria-label="Label image"
          options={names.map((value) => ({ value, label: value }))}
          value={name}
          onValueChange={(label) => onChange({ label })}
          className="mt-2 w-full"
        />
      ) : (
        <p className="mt-1 flex items-center gap-2 text-12 text-ink-2">
          <span className="size-3 rounded-[3px] border border-control bg-object" aria-hidden="true" />
          {name}
        </p>
      )}
      {problem !== null && <p className="mt-1 text-12 text-fail-ink">{problem}</p>}
    </section>
  );
}

type CursorProps = {
  image: OpenImage;
  channels: readonly Channel[];
  hasLabels: boolean;
  hover: Hover | null;
};

/** What is stored under the cursor, and where that is. */
export function CursorValues({ image, channels, hasLabels, hover }: CursorProps) {
  const place =
    hover === null
      ? "point at the picture"
      : image.pixel
        ? `${formatPosition(hover.x * image.pixel.x)}, ${formatPosition(hover.y * image.pixel.y)} µm`
        : `${Math.floor(hover.x)}, ${Math.floor(hover.y)} px`;
  return (
    <section aria-label="Under the cursor" className={SECTION}>
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="font-semibold">Under the cursor</h3>
        <span className="text-12 text-ink-3">{place}</span>
      </div>
      <dl className="mt-1 grid grid-cols-[repeat(auto-fill,minmax(72px,1fr))] gap-x-2.5 gap-y-1 text-12">
        {channels.map((channel, at) => (
          <div key={channel.index} className="min-w-0">
            <dt className="truncate text-ink-3">{channel.label}</dt>
            <dd className="font-medium">{hover ? formatPixel(hover.values.channels[at] ?? null) : "–"}</dd>
          </div>
        ))}
        {hasLabels && (
          <div>
            <dt className="text-ink-3">Label</dt>
            <dd className="font-medium">
              {hover === null ? "–" : hover.values.label === 0 ? "none" : formatPixel(hover.values.label)}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
