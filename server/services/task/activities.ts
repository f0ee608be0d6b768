import { and, desc, eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { taskGroupActivities } from "@/db/schema";
import type { TaskGroupActivityRow } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { ActivityIdInput } from "@/server/contracts/task";
import type { ActivityView } from "@/server/contracts/task";
import { requireVerified } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

const MAX_LISTED = 100;

/** The user's own, newest first, at most 100. */
export async function listActivities(ctx: ServiceContext): Promise<ActivityView[]> {
  const user = requireVerified(ctx);
  const rows = await ctx.db
    .select()
    .from(taskGroupActivities)
    .where(eq(taskGroupActivities.user_id, user.id))
    .orderBy(desc(taskGroupActivities.id))
    .limit(MAX_LISTED);
  return rows.map(toView);
}

/** @throws NotFoundError for other people's too. */
export async function getActivity(
  ctx: ServiceContext,
  raw: z.input<typeof ActivityIdInput>,
): Promise<ActivityView> {
  const user = requireVerified(ctx);
  const { activity_id } = ActivityIdInput.parse(raw);
  const rows = await ctx.db
    .select()
    .from(taskGroupActivities)
    .where(and(eq(taskGroupActivities.id, activity_id), eq(taskGroupActivities.user_id, user.id)));
  const row = maybeOne(rows);
  if (!row) throw new NotFoundError("Activity", activity_id);
  return toView(row);
}

function toView({ user_id: _, ...row }: TaskGroupActivityRow): ActivityView {
  const failure = row.status === "failed" ? (row.log.split("\n", 1)[0] ?? "") : null;
  return { ...row, failure };
}
