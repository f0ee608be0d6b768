import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { one } from "@/db/rows";
import { images } from "@/db/schema";
import type { Scope } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { createMemory } from "@/server/services/memory";

const MAX_ENTRIES = 2_000;
const TOTAL = "total";

/** Per process; entries of older image lists are never asked for again and fall out. */
const memory = createMemory<unknown>(MAX_ENTRIES);
const totals = createMemory<number>(MAX_ENTRIES);

const keyOf = (dataset: Versioned, what: string) => `${dataset.id}:${dataset.images_version}:${what}`;

/**
 * Something computed from a whole image list, remembered as long as the list is the same.
 *
 * @param what Names what is computed; the dataset and its `images_version` are added here.
 */
export async function rememberPerVersion<T extends object | number>(
  dataset: Versioned,
  what: string,
  compute: () => Promise<T>,
): Promise<T> {
  // `what` always names the same computation, so its values have one type.
  const known = memory.get(keyOf(dataset, what)) as T | undefined;
  if (known !== undefined) return known;
  const value = await compute();
  memory.set(keyOf(dataset, what), value);
  return value;
}

export async function countImages(scope: Scope, condition: SQL): Promise<number> {
  const rows = await scope.db
    .select({ count: sql<number>`count(*)::int` })
    .from(images)
    .where(condition);
  return one(rows).count;
}

type Versioned = { id: number; images_version: number };

/**
 * Images on the lists of these datasets, by dataset id. Only lists that changed since they were last asked
 * about are counted, all of them in one query.
 */
export async function imageTotals(
  scope: Pick<Scope, "db">,
  datasets: readonly Versioned[],
): Promise<ReadonlyMap<number, number>> {
  const unknown = datasets.filter((dataset) => totals.get(keyOf(dataset, TOTAL)) === undefined);
  const counted = new Map<number, number>();
  if (unknown.length > 0) {
    const ids = sql.join(
      unknown.map(({ id }) => sql`${id}`),
      sql`, `,
    );
    const rows = await rowsOf<{ id: number; count: number }>(
      scope.db,
      sql`SELECT dataset_id AS id, count(*)::int AS count FROM image
          WHERE dataset_id IN (${ids}) AND removed_at IS NULL GROUP BY dataset_id`,
    );
    for (const dataset of unknown) counted.set(dataset.id, 0);
    for (const row of rows) counted.set(row.id, row.count);
    for (const dataset of unknown) totals.set(keyOf(dataset, TOTAL), counted.get(dataset.id) ?? 0);
  }
  return new Map(
    datasets.map((dataset) => [
      dataset.id,
      counted.get(dataset.id) ?? totals.get(keyOf(dataset, TOTAL)) ?? 0,
    ]),
  );
}
