/** Reads the files of one image from the server (`/api/data`), as a store for zarrita. */
import type { AbsolutePath, AsyncReadable, RangeQuery } from "zarrita";

/** The server's sentence why a file cannot be read. */
export class DataError extends Error {}

/** The failure in words for a person. */
export function sentenceFor(err: unknown): string {
  if (err instanceof DataError) return err.message;
  if (err instanceof TypeError) return "The server did not answer. Check the connection and try again.";
  return err instanceof Error ? `A part of it could not be decoded: ${err.message}` : "It could not be read.";
}

/**
 * @param path of the image below the dataset's folder, for instance `plate.zarr/A/01/0`.
 * @returns A store whose missing files are undefined; `get` throws DataError for everything else that fails.
 */
export function dataStore(datasetId: number, path: string): AsyncReadable {
  const base = `/api/data/${datasetId}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const read = async (key: AbsolutePath, signal: AbortSignal | undefined, range?: RangeQuery) => {
    const headers = range === undefined ? {} : { range: rangeHeader(range) };
    const response = await fetch(base + key.split("/").map(encodeURIComponent).join("/"), {
      headers,
      ...(signal ? { signal } : {}),
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new DataError(await errorOf(response));
    return new Uint8Array(await response.arrayBuffer());
  };
  return {
    get: (key, options) => read(key, options?.signal),
    getRange: (key, range, options) => read(key, options?.signal, range),
  };
}

const rangeHeader = (range: RangeQuery) =>
  "suffixLength" in range
    ? `bytes=-${range.suffixLength}`
    : `bytes=${range.offset}-${range.offset + range.length - 1}`;

async function errorOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // A proxy between us and the server has its own pages.
  }
  return `The server answered with ${response.status}.`;
}
