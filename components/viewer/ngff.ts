/** The metadata of an OME-Zarr image, 0.4 (Zarr 2) and 0.5 (Zarr 3) alike. Pure. */
import { z } from "zod";
import { DataError } from "./data-store";

export type AxisName = "t" | "c" | "z" | "y" | "x";
export type Rgb = readonly [red: number, green: number, blue: number];
export type Range = { readonly low: number; readonly high: number };

export type OmeroChannel = {
  label: string | null;
  color: Rgb | null;
  /** What is shown from black to full colour; null: not given. */
  window: Range | null;
  active: boolean;
};

export type Multiscale = {
  /** In the order of the array's dimensions; always with y and x. Null: not named, see `unnamedAxes`. */
  axes: readonly AxisName[] | null;
  /** Finest first. `scale` is one number per axis; null: not given. */
  levels: readonly { path: string; scale: readonly number[] | null }[];
  /** Of what `scale` counts for y and x, in micrometres; null: no length is known, only pixels. */
  micrometers: number | null;
  /** By index; empty without `omero`. */
  channels: readonly OmeroChannel[];
};

/** Micrometres per unit, as OME-NGFF names them. */
const UNITS: Readonly<Record<string, number>> = {
  angstrom: 1e-4,
  nanometer: 1e-3,
  micrometer: 1,
  micron: 1,
  millimeter: 1e3,
  centimeter: 1e4,
  meter: 1e6,
};
const AXES = ["t", "c", "z", "y", "x"] as const;

/** Before 0.3 the axes had no names in the file: the last ones of t, c, z, y, x. */
export const unnamedAxes = (dimensions: number): readonly AxisName[] => AXES.slice(-dimensions);

const Axis = z.union([
  z.string().transform((name) => ({ name, unit: undefined })),
  z.object({ name: z.string(), unit: z.string().optional() }),
]);
const Transformations = z
  .array(z.object({ type: z.string(), scale: z.array(z.number()).optional() }))
  .default([]);
const MultiscaleDocument = z.object({
  axes: z.array(Axis).optional(),
  datasets: z.array(z.object({ path: z.string().min(1), coordinateTransformations: Transformations })).min(1),
  coordinateTransformations: Transformations,
});
const ChannelDocument = z.object({
  label: z.string().optional().catch(undefined),
  color: z.string().optional().catch(undefined),
  active: z.boolean().catch(true),
  window: z.object({ start: z.number(), end: z.number() }).optional().catch(undefined),
});

/** @param attributes of the group: `.zattrs`, or `attributes` of `zarr.json` with or without their `ome`. */
const omeOf = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { ome } = attributes;
  return typeof ome === "object" && ome !== null ? (ome as Record<string, unknown>) : attributes;
};

/** @throws DataError with a sentence when this is no image, or one that we do not know how to draw. */
export function parseMultiscale(attributes: Readonly<Record<string, unknown>>): Multiscale {
  const ome = omeOf(attributes);
  if ("plate" in ome) throw new DataError("This path is a whole plate, not one image of it.");
  if ("well" in ome) throw new DataError("This path is a whole well, not one image of it.");
  if (!("multiscales" in ome))
    throw new DataError("This is no OME-Zarr image: its metadata has no 'multiscales'.");
  const parsed = z.array(MultiscaleDocument).min(1).safeParse(ome["multiscales"]);
  const document = parsed.data?.[0];
  if (!document)
    throw new DataError(
      `The metadata of this image is not valid: multiscales.${parsed.error?.issues[0]?.path.join(".") ?? ""}: ${parsed.error?.issues[0]?.message ?? ""}`,
    );
  const axes = document.axes ? parseAxes(document.axes) : null;
  const outer = scaleOf(document.coordinateTransformations);
  const unit = document.axes?.[axes?.indexOf("x") ?? -1]?.unit;
  return {
    axes,
    levels: document.datasets.map(({ path, coordinateTransformations }) => ({
      path,
      scale: scaleOf(coordinateTransformations)?.map((value, at) => value * (outer?.[at] ?? 1)) ?? null,
    })),
    micrometers: unit === undefined ? null : (UNITS[unit] ?? null),
    channels: parseChannels(ome["omero"]),
  };
}

function parseAxes(named: readonly z.output<typeof Axis>[]): readonly AxisName[] {
  const axes = named.map(({ name }) => name.toLowerCase());
  if (!axes.every(isAxis) || !axes.includes("y") || !axes.includes("x") || new Set(axes).size < axes.length)
    throw new DataError(`Axes ${axes.join(", ")} cannot be drawn; t, c, z, y and x can.`);
  return axes;
}

const isAxis = (name: string): name is AxisName => (AXES as readonly string[]).includes(name);

const scaleOf = (transformations: z.output<typeof Transformations>): readonly number[] | null =>
  transformations.find(({ type }) => type === "scale")?.scale ?? null;

/** What is malformed counts as not given: an image without colours is still an image. */
function parseChannels(omero: unknown): OmeroChannel[] {
  const parsed = z.object({ channels: z.array(ChannelDocument) }).safeParse(omero);
  return (parsed.data?.channels ?? []).map(({ label, color, active, window }) => ({
    label: label ?? null,
    color: parseColor(color),
    window: window && window.end > window.start ? { low: window.start, high: window.end } : null,
    active,
  }));
}

/** `4F86FF`, with or without `#`. */
export function parseColor(text: string | undefined): Rgb | null {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? "");
  if (!found) return null;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((part) => Number.parseInt(part, 16));
  return [red, green, blue];
}

export const hexOf = (color: Rgb) => `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/** Names in a `labels` group. */
export function parseLabels(attributes: Readonly<Record<string, unknown>>): string[] {
  return z.array(z.string().min(1)).catch([]).parse(omeOf(attributes)["labels"]);
}
