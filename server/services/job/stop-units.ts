import { and, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { historyUnits, jobRequests } from "@/db/schema";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { StopUnitsInput } from "@/server/contracts/job";
import { requireRun, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { notify } from "@/server/services/database";
import { lockOpenJob } from "@/server/services/job/lock-open";

/**
 * Writes down the wish to stop chosen units of a run, or what is left of it; the runner carries it out. Units that
 * have ended by then stay as they are. If something is left undone, the job ends stopped and no later task starts.
 *
 * @returns How many units had not ended.
 * @throws InvalidInputError at `unit_ids` for units of another run; PreconditionError if all have ended.
 */
export async function stopUnits(
  ctx: ServiceContext,
  raw: z.input<typeof StopUnitsInput>,
): Promise<{ units: number }> {
  const { run_id, unit_ids } = StopUnitsInput.parse(raw);
  const run = await requireRun(ctx, run_id, "execute");
  const user = requireUser(ctx);
  if (run.stage === "merged" || run.stage === "closed")
    throw new PreconditionError(`Task ${run.order + 1} of job ${run.job_id} has already ended.`);
  const chosen = unit_ids === undefined ? null : [...new Set(unit_ids)];
  if (chosen !== null) await requireUnitsOf(ctx, run.id, chosen);
  const open = await ctx.db.$count(
    historyUnits,
    and(
      eq(historyUnits.history_run_id, run.id),
      inArray(historyUnits.state, ["pending", "running"]),
      chosen === null ? undefined : inArray(historyUnits.id, chosen),
    ),
  );
  // A run without units is about to be planned: then it is stopped before any starts.
  if (open === 0 && chosen !== null)
    throw new PreconditionError(
      chosen.length === 1 ? "The unit has already ended." : "All of them have already ended.",
    );
  await ctx.db.transaction(async (tx) => {
    if ((await lockOpenJob(tx, run.job_id)) === "stopping")
      throw new PreconditionError(`Job ${run.job_id} is being stopped as a whole.`);
    await tx.insert(jobRequests).values({
      job_id: run.job_id,
      kind: chosen === null ? "stop_run" : "stop_units",
      history_run_id: run.id,
      unit_ids: chosen,
      user_email: user.email,
    });
    await notify(tx, "fractal_runner", "job_request");
  });
  return { units: open };
}

async function requireUnitsOf(ctx: ServiceContext, runId: number, ids: readonly number[]): Promise<void> {
  const rows = await ctx.db
    .select({ id: historyUnits.id })
    .from(historyUnits)
    .where(
      sql`${historyUnits.history_run_id} = ${runId} AND ${historyUnits.id} = ANY(${sql.param([...ids])}::int8[])`,
    );
  const known = new Set(rows.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new InvalidInputError("Some units cannot be stopped.", {
      unit_ids: `Not units of run ${runId}: ${unknown.slice(0, 10).join(", ")}.`,
    });
}
