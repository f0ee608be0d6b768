import { sql } from "drizzle-orm";
import type { z } from "zod";
import { ListDatasetsInput } from "@/server/contracts/project";
import type { DatasetSummary } from "@/server/contracts/project";
import { requireProject, requireVerified } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { datasetSummaries } from "@/server/services/dataset/summaries";

export async function listDatasets(
  ctx: ServiceContext,
  raw: z.input<typeof ListDatasetsInput> = {},
): Promise<DatasetSummary[]> {
  const user = requireVerified(ctx);
  const { project_id } = ListDatasetsInput.parse(raw);
  if (project_id === undefined) return datasetSummaries(ctx, user);
  const project = await requireProject(ctx, project_id, "read");
  return datasetSummaries(ctx, user, sql`d.project_id = ${project.id}`);
}
