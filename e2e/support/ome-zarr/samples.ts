/** The sample images beside this file, which zarr-python wrote (`generate.py`). */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AsyncReadable } from "zarrita";

export const SAMPLES_FOLDER = import.meta.dirname;

/** `value(t, c, z, y, x)` of every sample. */
export const sampleValue = (at: { t?: number; c?: number; z?: number; y: number; x: number }) =>
  20_000 * (at.t ?? 0) + 5_000 * (at.c ?? 0) + 1_000 * (at.z ?? 0) + 10 * at.y + at.x;

export const SAMPLES = ["v04_blosc", "v04_gzip", "v05_zstd", "v05_sharded"] as const;

/** As the server answers: missing files are undefined, ranges are cut. `asked` collects the keys. */
export function sampleStore(name: string, asked: string[] = []): AsyncReadable {
  const get = async (key: string) => {
    asked.push(key);
    const bytes = await readFile(path.join(SAMPLES_FOLDER, `${name}.zarr`, key)).catch(() => undefined);
    return bytes && new Uint8Array(bytes);
  };
  return {
    get,
    getRange: async (key, range) => {
      const bytes = await get(key);
      return "suffixLength" in range
        ? bytes?.subarray(-range.suffixLength)
        : bytes?.subarray(range.offset, range.offset + range.length);
    },
  };
}
