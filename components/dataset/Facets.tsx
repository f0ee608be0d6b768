"use client";

import { useState } from "react";
import { inOrder } from "@/components/dataset/columns";
import { Histogram } from "@/components/dataset/Histogram";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { FacetList } from "@/components/table/FacetList";
import type { Facet } from "@/components/table/FacetList";
import { Button } from "@/components/ui/Button";
import { formatCount } from "@/components/ui/format";
import type { AttributeValue, ImageFacets } from "@/server/contracts/image";

const SHOWN_VALUES = 8;
/** The server names no more. */
const MAX_VALUES = 100;
/** From so many different numbers on, a distribution says more than a list. */
const MANY_NUMBERS = 8;

type Props = { facets: ImageFacets; view: DatasetView };

/** The filters of a dataset: attributes with their values, types, and how numbers are spread. */
export function Facets({ facets, view }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const { params } = view;
  const measured = facets.attributes.filter(isMeasured);
  const listed = facets.attributes
    .filter((attribute) => !isMeasured(attribute))
    .toSorted((a, b) => Number(b.name === "plate") - Number(a.name === "plate"));

  const attributeFacet = ({ name, values }: ImageFacets["attributes"][number]): Facet => {
    const chosen = params.attributes[name] ?? [];
    const sorted = values.toSorted((a, b) => inOrder(a.value, b.value));
    const isCut = sorted.length > SHOWN_VALUES + 2 && !opened.has(name);
    const shown = isCut
      ? sorted.filter(({ value }, index) => index < SHOWN_VALUES || chosen.includes(value))
      : sorted;
    return {
      key: `attribute:${name}`,
      label: name,
      chosen: new Set(chosen.map(keyOf)),
      values: shown.map(({ value, count }) => ({ value: keyOf(value), label: String(value), count })),
      children: isCut ? (
        <Button
          variant="ghost"
          size="sm"
          className="-ml-2"
          onClick={() => setOpened(new Set([...opened, name]))}
        >
          {sorted.length < MAX_VALUES ? "All" : "The most frequent"} {formatCount(sorted.length)} values
        </Button>
      ) : undefined,
    };
  };
  const typeFacet = ({ name, true_count, false_count }: ImageFacets["types"][number]): Facet => {
    const chosen = params.types[name];
    return {
      key: `type:${name}`,
      label: name,
      chosen: new Set(chosen === undefined ? [] : [String(chosen)]),
      values: [
        { value: "true", count: true_count },
        { value: "false", count: false_count },
      ],
    };
  };
  const [plate, ...others] = listed.map(attributeFacet);
  const types = facets.types.map(typeFacet);
  // As on the page of a plate: which plate, what kind of image, then the rest.
  const all =
    plate?.key === "attribute:plate"
      ? [plate, ...types, ...others]
      : [...types, ...(plate ? [plate, ...others] : [])];

  const onToggle = (key: string, value: string) => {
    const at = key.indexOf(":");
    const name = key.slice(at + 1);
    if (key.startsWith("type:")) view.toggleType(name, value === "true");
    else view.toggleAttribute(name, JSON.parse(value) as AttributeValue); // made by keyOf
  };
  return (
    <div className="flex flex-col gap-3.5">
      <FacetList facets={all} onToggle={onToggle} />
      {measured.map((attribute) => (
        <div key={attribute.name} role="group" aria-label={attribute.name}>
          <p className="mb-1 text-12 text-ink-3">{attribute.name}</p>
          <Histogram values={attribute.values as { value: number; count: number }[]} label={attribute.name} />
        </div>
      ))}
    </div>
  );
}

const isMeasured = ({ values }: ImageFacets["attributes"][number]) =>
  values.length > MANY_NUMBERS && values.every(({ value }) => typeof value === "number");

/** Keeps 1 and "1" apart. */
const keyOf = (value: AttributeValue) => JSON.stringify(value);
