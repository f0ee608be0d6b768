import { sql } from "drizzle-orm";
import { one } from "@/db/rows";
import type { DatasetView } from "@/server/contracts/project";
import { requireDataset, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { rememberPerVersion } from "@/server/services/image/counts";
import { datasetSummaries } from "@/server/services/dataset/summaries";

export async function getDataset(ctx: ServiceContext, input: { dataset_id: number }): Promise<DatasetView> {
  const dataset = await requireDataset(ctx, input.dataset_id, "read");
  const [summaries, plates] = await Promise.all([
    datasetSummaries(ctx, requireUser(ctx), sql`d.id = ${dataset.id}`),
    rememberPerVersion(dataset, "plates", () => countPlates(ctx, dataset.id)),
  ]);
  return { ...one(summaries), can: dataset.project.can, plates };
}

async function countPlates(ctx: ServiceContext, datasetId: number): Promise<number> {
  const query = sql`SELECT count(DISTINCT attributes -> 'plate')::int AS plates FROM image
    WHERE dataset_id = ${datasetId} AND removed_at IS NULL`;
  return one(await rowsOf<{ plates: number }>(ctx.db, query)).plates;
}
