import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { one } from "@/db/rows";
import { images } from "@/db/schema";
import type { Scope } from "@/server/services/context";

const MAX_ENTRIES = 500;

/** Per process; entries of older image lists are never asked for again and fall out. */
const remembered = new Map<string, unknown>();

/**
 * Something computed from a whole image list, remembered as long as the list is the same.
 *
 * @param key Names what is computed; the dataset and its `images_version` are added here.
 */
export async function rememberPerVersion<T>(
  dataset: { id: number; images_version: number },
  key: string,
  compute: () => Promise<T>,
): Promise<T> {
  const full = `${dataset.id}:${dataset.images_version}:${key}`;
  // Only this function writes the map, and a key always names the same computation.
  if (remembered.has(full)) return remembered.get(full) as T;
  const value = await compute();
  const oldest = remembered.keys().next();
  if (remembered.size >= MAX_ENTRIES && !oldest.done) remembered.delete(oldest.value);
  remembered.set(full, value);
  return value;
}

export async function countImages(scope: Scope, condition: SQL): Promise<number> {
  const rows = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(images)
    .where(condition);
  return one(rows).count;
}
