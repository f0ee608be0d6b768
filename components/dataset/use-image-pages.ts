"use client";

import { useSuspenseQueries } from "@tanstack/react-query";
import { startTransition, useCallback, useState } from "react";
import { IMAGE_PAGE } from "@/components/dataset/search-params";
import { useTRPC } from "@/components/trpc/client";
import type { ImageRow, ListImagesInput } from "@/server/contracts/image";

type Query = Omit<ListImagesInput, "offset" | "limit">;

/** Equal for queries that give the same images in the same order. */
export const filterKey = ({ attribute_filters, type_filters, search }: Query) =>
  JSON.stringify([attribute_filters, type_filters, search]);

export type ImageWindow = {
  /** Loaded rows, without a gap. */
  rows: ImageRow[];
  /** Position of the first of them in the filtered list. */
  offset: number;
  matching: number;
  total: number;
  onWindowChange: (first: number, last: number) => void;
};

/**
 * The part of a filtered image list that can be seen. Suspends until it is there; inside a transition the old
 * rows stay meanwhile.
 *
 * @param refreshMs null: only when somebody changes something here
 */
export function useImagePages(query: Query, refreshMs: number): ImageWindow {
  const trpc = useTRPC();
  const filter = filterKey(query);
  const [seen, setSeen] = useState({ filter, first: 0, last: 0 });
  // Another filter is another list: it is read from its beginning.
  if (seen.filter !== filter) setSeen({ filter, first: 0, last: 0 });
  const pages = Array.from({ length: seen.last - seen.first + 1 }, (_, index) => seen.first + index);
  const results = useSuspenseQueries({
    queries: pages.map((page) =>
      trpc.image.list.queryOptions(
        { ...query, offset: page * IMAGE_PAGE, limit: IMAGE_PAGE },
        { refetchInterval: refreshMs },
      ),
    ),
  });
  // Called by the table whenever other rows can be seen, so it keeps its identity.
  const onWindowChange = useCallback((firstRow: number, lastRow: number) => {
    const first = Math.floor(firstRow / IMAGE_PAGE);
    const last = Math.floor(lastRow / IMAGE_PAGE);
    startTransition(() =>
      setSeen((old) => (old.first === first && old.last === last ? old : { ...old, first, last })),
    );
  }, []);
  return {
    rows: results.flatMap(({ data }) => data.items),
    offset: seen.first * IMAGE_PAGE,
    matching: results[0]?.data.matching ?? 0,
    total: results[0]?.data.total ?? 0,
    onWindowChange,
  };
}
