import { sql } from "drizzle-orm";
import type { AttributeValue, ImageFacets } from "@/server/contracts/image";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { rememberPerVersion } from "@/server/services/image/counts";

const MAX_VALUES = 100;

/** What the filters beside an image table offer. */
export async function getImageFacets(
  ctx: ServiceContext,
  input: { dataset_id: number },
): Promise<ImageFacets> {
  const dataset = await requireDataset(ctx, input.dataset_id, "read");
  return rememberPerVersion(dataset, "facets", () => computeFacets(ctx, dataset.id));
}

async function computeFacets(ctx: ServiceContext, datasetId: number): Promise<ImageFacets> {
  const listed = sql`image i WHERE i.dataset_id = ${datasetId} AND i.removed_at IS NULL`;
  const [values, types] = await Promise.all([
    rowsOf<{ name: string; value: AttributeValue; count: number }>(
      ctx.db,
      sql`SELECT name, value, count FROM (
            SELECT name, value, count(*)::int AS count,
              row_number() OVER (PARTITION BY name ORDER BY count(*) DESC, value) AS rank
            FROM (SELECT e.key AS name, e.value FROM image i, jsonb_each(i.attributes) e
              WHERE i.dataset_id = ${datasetId} AND i.removed_at IS NULL) each
            GROUP BY name, value) ranked
          WHERE rank <= ${MAX_VALUES} ORDER BY name, rank`,
    ),
    rowsOf<{ name: string; true_count: number; false_count: number }>(
      ctx.db,
      sql`SELECT e.key AS name, (count(*) FILTER (WHERE e.value = 'true'))::int AS true_count,
            ((SELECT count(*) FROM ${listed}) - count(*) FILTER (WHERE e.value = 'true'))::int AS false_count
          FROM image i, jsonb_each(i.types) e
          WHERE i.dataset_id = ${datasetId} AND i.removed_at IS NULL GROUP BY 1 ORDER BY 1`,
    ),
  ]);
  const byName = new Map<string, { value: AttributeValue; count: number }[]>();
  for (const { name, value, count } of values)
    byName.set(name, [...(byName.get(name) ?? []), { value, count }]);
  return { attributes: [...byName].map(([name, list]) => ({ name, values: list })), types };
}
