import type { ProjectSummary } from "@/server/contracts/project";
import { requireVerified } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { projectSummaries } from "@/server/services/project/summaries";

export async function listProjects(ctx: ServiceContext): Promise<ProjectSummary[]> {
  const user = requireVerified(ctx);
  return projectSummaries(ctx, user);
}
