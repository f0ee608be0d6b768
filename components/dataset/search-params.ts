import {
  createSerializer,
  parseAsArrayOf,
  parseAsInteger,
  parseAsJson,
  parseAsString,
  parseAsStringLiteral,
} from "nuqs/server";
import type { inferParserType } from "nuqs/server";
import { AttributeFilters, TypeFilters } from "@/server/contracts/image";

export const LABEL_MODES = ["outline", "fill", "off"] as const;
export const DATASET_TABS = ["images", "jobs", "settings"] as const;

/** Everything that the dataset page shows, so that its address brings the same view back. */
export const datasetParams = {
  tab: parseAsStringLiteral(DATASET_TABS).withDefault("images"),
  /** Part of a path. */
  q: parseAsString.withDefault(""),
  attributes: parseAsJson(AttributeFilters).withDefault({}),
  types: parseAsJson(TypeFilters).withDefault({}),
  /** Path of the image that is looked at, below the folder of the dataset; empty: none. */
  image: parseAsString.withDefault(""),
  /** Place of that image in the filtered list, from 0, when it was opened: where to look for its neighbours. */
  at: parseAsInteger,
  /** Channels that are shown, by index; null: those that the image's metadata name. */
  channels: parseAsArrayOf(parseAsInteger),
  /** The plane; null: the middle one. */
  z: parseAsInteger,
  /** The time point; null: the first. */
  t: parseAsInteger,
  labels: parseAsStringLiteral(LABEL_MODES).withDefault("outline"),
  /** Name of the label image; null: the first. */
  label: parseAsString,
  /** The plate that is drawn. */
  plate: parseAsString,
  /** By what its wells are coloured: a numeric attribute, `state:` or `images:`. */
  color: parseAsString,
  /** Workflow task whose state is shown. */
  task: parseAsInteger,
  /** Attributes that are columns, in this order. */
  columns: parseAsArrayOf(parseAsString),
};
export type DatasetParams = inferParserType<typeof datasetParams>;

export const datasetAddress = createSerializer(datasetParams);

/** Images per request; the page on the server asks for the same first window as the table in the browser. */
export const IMAGE_PAGE = 100;
