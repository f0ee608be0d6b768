"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { imageQuery } from "@/components/dataset/image-query";
import type { DatasetParams } from "@/components/dataset/search-params";
import { useTRPC } from "@/components/trpc/client";
import type { ImageRow } from "@/server/contracts/image";

/** On each side. */
const AROUND = 8;
/** Where nobody says where the image is, it is looked for here. */
const FIRST = 500;

export type Neighbours = {
  /** A part of the filtered list, with the image in it. */
  items: readonly ImageRow[];
  /** Position of `items[0]` in the filtered list. */
  offset: number;
  /** Position of the image in `items`; -1: not found, so it has no neighbours here. */
  at: number;
  matching: number;
};

/** The images before and after one in the filtered list that the address tells. */
export function useNeighbours(datasetId: number, params: DatasetParams, zarrUrl: string): Neighbours {
  const offset = params.at === null ? 0 : Math.max(0, params.at - AROUND);
  const { data } = useQuery(
    useTRPC().image.list.queryOptions(
      {
        ...imageQuery(datasetId, params),
        offset,
        limit: params.at === null ? FIRST : 2 * AROUND + 1,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const all = data?.items ?? [];
  const found = all.findIndex((image) => image.zarr_url === zarrUrl);
  const first = Math.max(0, found - AROUND);
  return {
    items: found < 0 ? [] : all.slice(first, found + AROUND + 1),
    offset: offset + first,
    at: found < 0 ? -1 : found - first,
    matching: data?.matching ?? 0,
  };
}
