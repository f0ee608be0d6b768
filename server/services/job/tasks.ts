import { and, asc, desc, eq, sql } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { historyRuns, jobRequests, workflowTasks } from "@/db/schema";
import type { HistoryRunRow, JobRow, WorkflowTaskDump } from "@/db/schema";
import type { Cause, JobTask } from "@/server/contracts/job";
import { changesState } from "@/server/domain/tasks/calls";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { toInstant } from "@/server/services/instant";
import { createMemory } from "@/server/services/memory";
import { unitCounts } from "@/server/services/job/summaries";

/** Kinds of failure shown per task. */
const MAX_CAUSES = 20;

type CauseOfRun = { cause: Cause; units: number; first_unit_id: number };

/** The runs of a job and the tasks that have not started, in workflow order. */
export async function jobTasks(ctx: ServiceContext, job: JobRow): Promise<JobTask[]> {
  const isOfJob = eq(historyRuns.job_id, job.id);
  // A deleted dataset takes the history along at once; its rows go little by little.
  const runs =
    job.dataset_id === null
      ? []
      : await ctx.db.select().from(historyRuns).where(isOfJob).orderBy(asc(historyRuns.order));
  const causes = new Map(
    await Promise.all(runs.map(async (run) => [run.id, await causesOf(ctx, run)] as const)),
  );
  const [places, stops, batches] = await Promise.all([
    currentPlaces(ctx, job),
    runStops(ctx, job),
    batchFacts(ctx, job),
  ]);
  const started = new Set(runs.map((run) => run.order));
  const waiting = job.task_dumps
    .filter(({ workflow_task }) => !started.has(workflow_task.order))
    .map(({ workflow_task }) => ({ ...nameAndType(workflow_task, places), run: null }));
  return [
    ...runs.map((run) => toTask(run, causes.get(run.id) ?? [], places, stops, batches.get(run.id))),
    ...waiting,
  ].sort((a, b) => a.order - b.order);
}

/** Where the tasks stand in their workflow now, by id; those that were removed are missing. */
type Places = ReadonlyMap<number, number>;

async function currentPlaces(ctx: ServiceContext, job: JobRow): Promise<Places> {
  if (job.workflow_id === null) return new Map();
  const rows = await ctx.db
    .select({ id: workflowTasks.id, order: workflowTasks.order })
    .from(workflowTasks)
    .where(eq(workflowTasks.workflow_id, job.workflow_id));
  return new Map(rows.map(({ id, order }) => [id, order]));
}

/** Who asked first to stop what is left of a run, by its id. */
type Stops = ReadonlyMap<number, string>;

async function runStops(ctx: ServiceContext, job: JobRow): Promise<Stops> {
  const rows = await ctx.db
    .select({ run: jobRequests.history_run_id, user_email: jobRequests.user_email })
    .from(jobRequests)
    .where(and(eq(jobRequests.job_id, job.id), eq(jobRequests.kind, "stop_run")))
    .orderBy(desc(jobRequests.id));
  return new Map(rows.flatMap(({ run, user_email }) => (run === null ? [] : [[run, user_email] as const])));
}

type BatchFacts = Pick<NonNullable<JobTask["run"]>, "unknown" | "bad_lines">;

/** What the batches of each run have to say beside their units, by its id. */
async function batchFacts(ctx: ServiceContext, job: JobRow): Promise<ReadonlyMap<number, BatchFacts>> {
  const query = sql`
    SELECT b.history_run_id AS run_id, sum(b.bad_lines)::int4 AS bad_lines, min(b.unknown_since) AS since,
      (array_agg(b.unknown_why ORDER BY b.unknown_since))[1] AS why
    FROM batch b JOIN history_run h ON h.id = b.history_run_id WHERE h.job_id = ${job.id} GROUP BY b.history_run_id`;
  type Row = { run_id: number; bad_lines: number; since: string | null; why: string | null };
  const rows = await rowsOf<Row>(ctx.db, query);
  return new Map(
    rows.map(({ run_id, bad_lines, since, why }) => [
      run_id,
      { bad_lines, unknown: since === null || why === null ? null : { since: toInstant(since), why } },
    ]),
  );
}

const nameAndType = (dump: WorkflowTaskDump, places: Places) => ({
  workflow_task_id: places.has(dump.id) ? dump.id : null,
  current_order: places.get(dump.id) ?? null,
  changes_in_place: changesState(dump.task.input_types, dump.task.output_types),
  order: dump.order,
  name: dump.alias ?? dump.task.name,
  task_type: dump.task.type,
});

function toTask(
  run: HistoryRunRow,
  causes: readonly CauseOfRun[],
  places: Places,
  stops: Stops,
  { unknown, bad_lines }: BatchFacts = { unknown: null, bad_lines: 0 },
): JobTask {
  return {
    ...nameAndType(run.workflow_task_dump, places),
    run: {
      id: run.id,
      stage: run.stage,
      state: run.state,
      units: unitCounts({
        pending: run.num_pending,
        running: run.num_running,
        done: run.num_done,
        failed: run.num_failed,
        stopped: run.num_stopped,
        warnings: run.num_warnings,
      }),
      num_available_images: run.num_available_images,
      num_new_images: run.num_new_images,
      kept: run.num_kept,
      left: run.num_left,
      is_retry: run.retries_run_id !== null,
      stop_requested_by: stops.get(run.id) ?? null,
      timestamp_started: run.timestamp_started,
      timestamp_ended: run.timestamp_ended,
      unknown,
      bad_lines,
      causes: causes.map(({ cause, units, first_unit_id }) => ({ ...cause, units, first_unit_id })),
    },
  };
}

/** By run and its number of failures: grouping 100,000 failed units takes longer than the rest of the page. */
const remembered = createMemory<CauseOfRun[]>(500);

/** Failures of the same kind with the same evidence are one cause, told by its first unit. */
async function causesOf(ctx: ServiceContext, run: HistoryRunRow): Promise<CauseOfRun[]> {
  if (run.num_failed === 0) return [];
  const key = `${run.id}:${run.num_failed}`;
  const known = remembered.get(key);
  if (known) return known;
  const query = sql`
    SELECT units, first_unit_id, (SELECT u.cause FROM history_unit u WHERE u.id = first_unit_id) AS cause
    FROM (
      SELECT count(*)::int AS units, min(u.id) AS first_unit_id
      FROM history_unit u
      WHERE u.history_run_id = ${run.id} AND u.state = 'failed' AND u.cause_key IS NOT NULL
      GROUP BY u.cause_key) grouped
    ORDER BY units DESC, first_unit_id LIMIT ${MAX_CAUSES}`;
  const causes = await rowsOf<CauseOfRun>(ctx.db, query);
  remembered.set(key, causes);
  return causes;
}

const MIN_ENDED_UNITS = 3;

/** From the pace of the task that runs; null before it has a pace, and when nothing runs. Later tasks are not guessed. */
export async function secondsLeft(ctx: ServiceContext, jobId: number): Promise<number | null> {
  const query = sql`
    SELECT extract(epoch FROM clock_timestamp() - timestamp_started)::float8 AS elapsed,
      num_done + num_failed + num_stopped AS ended, num_pending + num_running AS remaining
    FROM history_run WHERE job_id = ${jobId} AND state = 'running' ORDER BY "order" DESC LIMIT 1`;
  const run = maybeOne(await rowsOf<{ elapsed: number; ended: number; remaining: number }>(ctx.db, query));
  if (!run || run.ended < MIN_ENDED_UNITS || run.remaining === 0) return null;
  return Math.ceil((run.elapsed / run.ended) * run.remaining);
}
