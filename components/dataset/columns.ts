import type { ImageFacets } from "@/server/contracts/image";

const DEFAULT_COLUMNS = 3;
/** Stands in the path, beside the map and in the filters already. */
const SAID_ELSEWHERE = "plate";

/** How many images have an attribute; of very varied ones at least so many. */
const presence = (attribute: ImageFacets["attributes"][number]) =>
  attribute.values.reduce((sum, { count }) => sum + count, 0);

/** The attributes that most images have; at equal presence those that tell images apart. */
export function defaultColumns(facets: ImageFacets): string[] {
  return facets.attributes
    .filter(({ name }) => name !== SAID_ELSEWHERE)
    .toSorted((a, b) => presence(b) - presence(a) || b.values.length - a.values.length)
    .slice(0, DEFAULT_COLUMNS)
    .map(({ name }) => name);
}

/** Attributes whose values are all numbers, the one with most different values first. */
export function numericAttributes(facets: ImageFacets): ImageFacets["attributes"] {
  return facets.attributes
    .filter(({ values }) => values.length > 0 && values.every(({ value }) => typeof value === "number"))
    .toSorted((a, b) => b.values.length - a.values.length);
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A1, A2, A10: as people count. */
export const inOrder = (a: unknown, b: unknown) => COLLATOR.compare(String(a), String(b));

const CHARACTER_PX = 7.2;
const PADDING_PX = 24;

/** Pixels that a column needs for its longest value or its head, within bounds. */
export function columnWidths(facets: ImageFacets): Map<string, number> {
  return new Map(
    facets.attributes.map(({ name, values }) => {
      const longest = Math.max(name.length, ...values.map(({ value }) => String(value).length));
      return [name, Math.round(Math.min(180, Math.max(64, longest * CHARACTER_PX + PADDING_PX)))];
    }),
  );
}
