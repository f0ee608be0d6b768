/** Filters of a submission, as the run dialog holds them. Pure. */
import type { AttributeFilters, AttributeValue, ImageFacets, TypeFilters } from "@/server/contracts/image";

export type RunFilters = { attribute_filters: AttributeFilters; type_filters: TypeFilters };
export const NO_FILTERS: RunFilters = { attribute_filters: {}, type_filters: {} };

/** One thing to ask for: an attribute value, or a type being true or false. `key` is unique and stable. */
export type FilterChoice = {
  key: string;
  label: string;
  count: number;
  filter:
    | { kind: "attribute"; name: string; value: AttributeValue }
    | { kind: "type"; name: string; value: boolean };
};

/** Everything that images of the dataset have and that is not chosen or fixed yet. */
export function filterChoices(facets: ImageFacets, chosen: RunFilters, fixed: TypeFilters): FilterChoice[] {
  const attributes = facets.attributes.flatMap(({ name, values }) =>
    values
      .filter(({ value }) => chosen.attribute_filters[name]?.includes(value) !== true)
      .map(({ value, count }) => ({
        key: `attribute ${name} ${JSON.stringify(value)}`,
        label: `${name}: ${String(value)}`,
        count,
        filter: { kind: "attribute" as const, name, value },
      })),
  );
  const types = facets.types
    .filter(({ name }) => !(name in chosen.type_filters) && !(name in fixed))
    .flatMap(({ name, true_count, false_count }) =>
      [true, false].map((value) => ({
        key: `type ${name} ${value}`,
        label: `${name}: ${value}`,
        count: value ? true_count : false_count,
        filter: { kind: "type" as const, name, value },
      })),
    );
  return [...types, ...attributes];
}

/** Values of one attribute are alternatives; a value of another JSON type begins anew, as lists hold one type. */
export function withFilter(chosen: RunFilters, { filter }: Pick<FilterChoice, "filter">): RunFilters {
  if (filter.kind === "type")
    return { ...chosen, type_filters: { ...chosen.type_filters, [filter.name]: filter.value } };
  const old = chosen.attribute_filters[filter.name] ?? [];
  const same = old.filter((value) => typeof value === typeof filter.value);
  return {
    ...chosen,
    attribute_filters: { ...chosen.attribute_filters, [filter.name]: [...same, filter.value] },
  };
}

export function withoutFilter(chosen: RunFilters, kind: "attribute" | "type", name: string): RunFilters {
  const drop = <T>(map: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
  return kind === "type"
    ? { ...chosen, type_filters: drop(chosen.type_filters) }
    : { ...chosen, attribute_filters: drop(chosen.attribute_filters) };
}
