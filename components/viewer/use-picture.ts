"use client";

import { useQuery } from "@tanstack/react-query";
import { imagePath } from "@/components/image/path";
import { readChannels } from "./channels";
import { dataStore } from "./data-store";
import { listLabels, openImage } from "./open-image";
import { ChunkCache } from "./plane";

const CACHE_BYTES = 192 * 1024 * 1024;
/** A task may have written the image anew. */
const FRESH_MS = 300_000;

/** Decoded chunks of all pictures of this page, so that the way back to the last image is short. */
export const CHUNKS = new ChunkCache(CACHE_BYTES);

type Dataset = { id: number; zarr_dir: string };

/** An image with its channels and the names of its label images. */
export function usePicture(dataset: Dataset, zarrUrl: string, enabled: boolean) {
  const path = imagePath(zarrUrl, dataset.zarr_dir);
  return useQuery({
    queryKey: ["picture", dataset.id, path],
    queryFn: async () => {
      const store = dataStore(dataset.id, path);
      const image = await openImage(store);
      const [channels, labels] = await Promise.all([readChannels(image, CHUNKS), listLabels(store)]);
      return { image, channels, labels };
    },
    enabled,
    retry: false,
    staleTime: FRESH_MS,
    // Arrays and typed arrays: nothing that could be compared by content.
    structuralSharing: false,
  });
}

/** One of its label images; null: none is wanted. */
export function useLabelImage(dataset: Dataset, zarrUrl: string, name: string | null) {
  const path = imagePath(zarrUrl, dataset.zarr_dir);
  return useQuery({
    queryKey: ["picture", dataset.id, path, "labels", name],
    queryFn: () => openImage(dataStore(dataset.id, path), { path: `labels/${name ?? ""}` }),
    enabled: name !== null,
    retry: false,
    staleTime: FRESH_MS,
    structuralSharing: false,
  });
}
