"use client";

import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { inOrder, numericAttributes } from "@/components/dataset/columns";
import { plateData } from "@/components/dataset/plate-data";
import type { PlateData, WellColor } from "@/components/dataset/plate-data";
import { without } from "@/components/dataset/use-dataset-params";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { useTRPC } from "@/components/trpc/client";
import type { ImageFacets } from "@/server/contracts/image";

const PAGE = 500;
/** 1,536 wells with one image each, or 384 with four. */
const MAX_PAGES = 4;

export type Plate = {
  /** Null: the images name no plate, so all of them are drawn. */
  name: string | null;
  plates: string[];
  color: WellColor;
  /** For the select: value of the URL and words. */
  colors: { value: string; label: string }[];
  colorKey: string;
  data: PlateData | null;
  /** Images drawn and images of the plate. */
  drawn: number;
  matching: number;
};

/** The plate map of a dataset; null when no image names a well. Filters other than well and plate apply. */
export function usePlate(
  datasetId: number,
  facets: ImageFacets,
  view: DatasetView,
  refreshMs: number,
): Plate | null {
  const trpc = useTRPC();
  const { params } = view;
  const hasWells = facets.attributes.some(({ name }) => name === "well");
  const plates = (facets.attributes.find(({ name }) => name === "plate")?.values ?? [])
    .map(({ value }) => String(value))
    .sort(inOrder);
  const numeric = numericAttributes(facets);
  const measured = numeric.find(({ values }) => values.length > 2);
  const sample = useQuery(
    trpc.image.list.queryOptions(
      {
        dataset_id: datasetId,
        attribute_filters: measured ? { [measured.name]: [measured.values[0]?.value ?? 0] } : {},
        limit: 1,
      },
      { enabled: hasWells && measured !== undefined },
    ),
  );
  const chosen = params.attributes["plate"];
  // The plate in the filter, else one that has something measured.
  const name =
    (chosen?.length === 1 ? String(chosen[0]) : null) ??
    (params.plate !== null && plates.includes(params.plate) ? params.plate : null) ??
    (typeof sample.data?.items[0]?.attributes["plate"] === "string"
      ? sample.data.items[0].attributes["plate"]
      : null) ??
    plates[0] ??
    null;

  const others = without(params.attributes, "well", "plate");
  const input = {
    dataset_id: datasetId,
    attribute_filters: name === null ? others : { ...others, plate: [name] },
    type_filters: params.types,
    limit: PAGE,
    ...(params.q.trim() === "" ? {} : { search: params.q.trim() }),
    ...(params.task === null ? {} : { workflow_task_id: params.task }),
  };
  const isReady = hasWells && (measured === undefined || !sample.isPending);
  const first = useQuery(
    trpc.image.list.queryOptions(input, {
      enabled: isReady,
      refetchInterval: refreshMs,
      placeholderData: keepPreviousData,
    }),
  );
  const matching = first.data?.matching ?? 0;
  const pages = Math.min(MAX_PAGES, Math.ceil(matching / PAGE));
  const more = useQueries({
    queries: Array.from({ length: Math.max(0, pages - 1) }, (_, page) =>
      trpc.image.list.queryOptions({ ...input, offset: (page + 1) * PAGE }, { refetchInterval: refreshMs }),
    ),
  });
  if (!hasWells) return null;

  const colors = [
    ...numeric.map((attribute) => ({ value: attribute.name, label: attribute.name })),
    ...(params.task === null ? [] : [{ value: "state:", label: "State" }]),
    { value: "images:", label: "Images per well" },
  ];
  const wanted = params.color ?? (params.task === null ? (measured?.name ?? "images:") : "state:");
  const colorKey = colors.some(({ value }) => value === wanted) ? wanted : "images:";
  const color: WellColor =
    colorKey === "state:"
      ? { by: "state" }
      : colorKey === "images:"
        ? { by: "images" }
        : { by: "attribute", name: colorKey };
  const images = [...(first.data?.items ?? []), ...more.flatMap(({ data }) => data?.items ?? [])];
  return {
    name,
    plates,
    color,
    colors,
    colorKey,
    data: first.data ? plateData(images, color) : null,
    drawn: images.length,
    matching,
  };
}
