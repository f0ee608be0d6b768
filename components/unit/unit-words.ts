/** How a unit is named and placed. Pure. */
import type { UnitRow } from "@/server/contracts/job";
import type { PlateWell } from "../state/plate";
import { formatNoun } from "../ui/format";

/** From the folder that ends in `.zarr` on ("plate.zarr/A/01/0"), else the last three steps. */
export function shortImage(zarrUrl: string): string {
  const steps = zarrUrl.split("/").filter(Boolean);
  const at = steps.findLastIndex((step) => step.endsWith(".zarr"));
  return (at >= 0 ? steps.slice(at) : steps.slice(-3)).join("/");
}

/** "plate.zarr/A/01/0"; "first call, 12 images" for what prepares a compound task; "all 12 images". */
export function unitName(unit: Pick<UnitRow, "kind" | "zarr_url" | "num_images">): string {
  if (unit.kind === "init")
    return unit.num_images > 0 ? `first call, ${formatNoun(unit.num_images, "image")}` : "first call";
  if (unit.zarr_url !== null) return shortImage(unit.zarr_url);
  return unit.num_images > 0 ? `one call, ${formatNoun(unit.num_images, "image")}` : "one call";
}

export type WellPlace = { plate: string; row: number; column: number };

const WELL = /\/([^/]+)\.zarr\/([A-Z]{1,2})\/(\d{1,2})\/[^/]+\/?$/;

/** Where an image of an HCS plate sits (`…/plate.zarr/B/03/0`); null for any other path. */
export function wellOf(zarrUrl: string): WellPlace | null {
  const [, plate, letters, number] = WELL.exec(zarrUrl) ?? [];
  if (plate === undefined || letters === undefined || number === undefined) return null;
  const row = Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  const column = Number(number) - 1;
  return column < 0 ? null : { plate, row, column };
}

/** Of several units in a well, what needs most attention is shown. */
const RANK: Record<UnitRow["state"], number> = { failed: 4, running: 3, pending: 2, stopped: 1, done: 0 };

export type UnitPlate = {
  name: string;
  rows: number;
  columns: number;
  wells: (PlateWell & { unit_id: number })[];
};

/** Sizes in which plates are sold: 6 to 1,536 wells. */
const FORMATS = [
  [2, 3],
  [4, 6],
  [8, 12],
  [16, 24],
  [32, 48],
] as const;

/** Units by well, plates by name; units without a place are left out. */
export function platesOf(units: readonly UnitRow[]): UnitPlate[] {
  const plates = new Map<string, Map<string, { place: WellPlace; units: UnitRow[] }>>();
  for (const unit of units) {
    const place = unit.zarr_url === null ? null : wellOf(unit.zarr_url);
    if (place === null) continue;
    const wells = plates.get(place.plate) ?? new Map<string, { place: WellPlace; units: UnitRow[] }>();
    const key = `${place.row},${place.column}`;
    wells.set(key, { place, units: [...(wells.get(key)?.units ?? []), unit] });
    plates.set(place.plate, wells);
  }
  return [...plates]
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(([name, wells]) => toPlate(name, [...wells.values()]));
}

function toPlate(name: string, wells: { place: WellPlace; units: UnitRow[] }[]): UnitPlate {
  const rows = Math.max(...wells.map(({ place }) => place.row)) + 1;
  const columns = Math.max(...wells.map(({ place }) => place.column)) + 1;
  const format = FORMATS.find(([r, c]) => r >= rows && c >= columns);
  return {
    name,
    rows: format?.[0] ?? rows,
    columns: format?.[1] ?? columns,
    wells: wells.flatMap(({ place, units }) => {
      const [worst] = [...units].sort((a, b) => RANK[b.state] - RANK[a.state]);
      if (worst === undefined) return [];
      const text = worst.cause?.title ?? (units.length > 1 ? `${units.length} images` : undefined);
      return [
        {
          row: place.row,
          column: place.column,
          state: worst.state,
          unit_id: worst.id,
          ...(text === undefined ? {} : { text }),
        },
      ];
    }),
  };
}
