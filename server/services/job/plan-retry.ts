import { eq, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "@/db/client";
import { maybeOne, one } from "@/db/rows";
import { familyOf, hasArguments, openCalls } from "@/db/run-family";
import { taskGroups, tasks } from "@/db/schema";
import type { HistoryRunRow, JobRow } from "@/db/schema";
import type { RetryJobInput } from "@/server/contracts/continue";
import { changesState, isCompound } from "@/server/domain/tasks/calls";
import { rowsOf } from "@/server/services/database";
import { at } from "@/server/services/job/check-submission";
import type { SubmissionProblem } from "@/server/services/job/check-submission";
import type { Step } from "@/server/services/workflow/get";

export type RetryPlan = {
  rootId: number;
  /** Calls to repeat: columns of `history_unit`. */
  chosen: SQL;
  units: number;
  left: number;
  /** Position of the task in the workflow now; null if it is not there any more. */
  order: number | null;
  /** The workflow with the task as it was when it ran, in its place. */
  steps: Step[];
  mayBeHalfWritten: boolean;
  hasOtherArguments: boolean;
  problems: SubmissionProblem[];
};

type Run = HistoryRunRow & { job: JobRow };

/** Which calls of a run are open, which of them are wanted, and with which task they would run. */
export async function planRetry(
  db: Queryable,
  run: Run,
  input: z.output<typeof RetryJobInput>,
  steps: readonly Step[],
): Promise<RetryPlan> {
  const rootId = run.retries_run_id ?? run.id;
  const dump = run.workflow_task_dump;
  const name = dump.alias ?? dump.task.name;
  const chosen = sql`SELECT o.* FROM (${openCalls(rootId, run.id)}) o WHERE ${wanted(input)}`;
  const facts = one(
    await rowsOf<{
      units: number;
      interrupted: boolean;
      open: number;
      init_done: boolean;
      has_items: boolean;
    }>(
      db,
      sql`SELECT (SELECT count(*)::int FROM (${chosen}) c) AS units,
        (SELECT coalesce(bool_or(c.cause ->> 'kind' = 'interrupted' OR c.state = 'stopped' AND c.timestamp_started IS NOT NULL), false)
          FROM (${chosen}) c) AS interrupted,
        (SELECT count(*)::int FROM (${openCalls(rootId, null)}) a) AS open,
        EXISTS (SELECT 1 FROM history_unit u WHERE u.history_run_id IN (${familyOf(rootId)})
          AND u.kind = 'init' AND u.state = 'done') AS init_done,
        EXISTS (SELECT 1 FROM history_unit u WHERE u.history_run_id IN (${familyOf(rootId)}) AND u.kind = 'unit') AS has_items`,
    ),
  );
  const isCutShort =
    isCompound(dump.task.type) && facts.init_done && !facts.has_items && run.state !== "done";
  const now = steps.find(({ row }) => row.id === dump.id);
  const problems: SubmissionProblem[] = [];
  if (!now)
    problems.push(
      at(
        null,
        `The task '${name}' was removed from the workflow, so its calls cannot be repeated. Continue or run the workflow as it is now.`,
      ),
    );
  const frozen = now && (await frozenStep(db, run, now));
  if (now && !frozen)
    problems.push(
      at(
        null,
        `The version of '${name}' that ran (${run.task_group_dump.pkg_name} ${dump.task.version}) is not installed any more. Continue with the version in the workflow.`,
      ),
    );
  if (run.stage !== "closed")
    problems.push(at(null, `Job ${run.job_id} still runs. Calls can be repeated when it has ended.`));
  else if (facts.units === 0 && !isCutShort)
    problems.push(
      at(
        null,
        facts.open === 0
          ? `No call of '${name}' is left to repeat: those that failed are done by now, or their images were removed.`
          : "None of these calls can be repeated: they are done by now, or their images were removed.",
      ),
    );
  return {
    rootId,
    chosen,
    units: isCutShort ? Math.max(1, facts.units) : facts.units,
    left: Math.max(0, facts.open - facts.units),
    order: now?.row.order ?? null,
    steps: steps.map((step) => (frozen && step.row.id === dump.id ? frozen : step)),
    mayBeHalfWritten: facts.interrupted && changesState(dump.task.input_types, dump.task.output_types),
    hasOtherArguments: now !== undefined && !(await ranWith(db, run, now)),
    problems,
  };
}

function wanted({ states, unit_ids, like_unit_ids }: z.output<typeof RetryJobInput>): SQL {
  const list = (ids: readonly number[]) => sql.param([...ids]);
  const conditions = [sql`o.state = ANY(${sql.param([...states])}::text[])`];
  if (unit_ids) conditions.push(sql`o.id = ANY(${list(unit_ids)}::int8[])`);
  // As the cards of the job page group them.
  if (like_unit_ids)
    conditions.push(
      sql`o.cause_key IN (SELECT l.cause_key FROM history_unit l WHERE l.id = ANY(${list(like_unit_ids)}::int8[]))`,
    );
  return sql.join(conditions, sql` AND `);
}

/** The task as it ran, at the place it has now; undefined if that version was removed. */
async function frozenStep(db: Queryable, run: Run, now: Step): Promise<Step | undefined> {
  const dump = run.workflow_task_dump;
  const rows = await db
    .select({ task: tasks, group: taskGroups })
    .from(tasks)
    .innerJoin(taskGroups, eq(taskGroups.id, tasks.task_group_id))
    .where(eq(tasks.id, dump.task.id));
  const found = maybeOne(rows);
  if (!found) return undefined;
  const { alias, args_non_parallel, args_parallel, meta_non_parallel, meta_parallel, type_filters } = dump;
  const settings = {
    alias,
    args_non_parallel,
    args_parallel,
    meta_non_parallel,
    meta_parallel,
    type_filters,
  };
  return { ...found, row: { ...now.row, ...settings } };
}

async function ranWith(db: Queryable, run: Run, { row, task, group }: Step): Promise<boolean> {
  const settings = {
    pkg_name: group.pkg_name,
    task_name: task.name,
    task_version: task.version,
    args_non_parallel: row.args_non_parallel,
    args_parallel: row.args_parallel,
  };
  const query = sql`SELECT ${hasArguments(settings)} AS same FROM history_run r WHERE r.id = ${run.id}`;
  return one(await rowsOf<{ same: boolean }>(db, query)).same;
}
