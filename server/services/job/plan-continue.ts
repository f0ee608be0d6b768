import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "@/db/client";
import { countNeeds } from "@/db/image-needs";
import type { NeedTask } from "@/db/image-needs";
import { maybeOne, one } from "@/db/rows";
import { latestRun, openCalls } from "@/db/run-family";
import type { LatestRun } from "@/db/run-family";
import type { JobRow } from "@/db/schema";
import { canRepeatCalls, FAILED_REASONS, isNeed } from "@/server/domain/jobs/missing";
import { NEED_REASONS } from "@/server/contracts/enums";
import type { NeedReason } from "@/server/contracts/enums";
import type { ContinueJobInput, ContinueTask, ReasonCount } from "@/server/contracts/continue";
import type { TypeFilters } from "@/server/contracts/image";
import { isConverter } from "@/server/domain/tasks/calls";
import { typeFlow } from "@/server/domain/workflow/type-flow";
import { rowsOf } from "@/server/services/database";
import { toFlowStep } from "@/server/services/workflow/get";
import type { Step } from "@/server/services/workflow/get";

type Input = z.output<typeof ContinueJobInput>;
export type ContinuePlan = {
  continues: Pick<JobRow, "id" | "attribute_filters"> | null;
  first: number;
  last: number;
  /** Types in force before the first task. */
  type_filters: TypeFilters;
  attribute_filters: JobRow["attribute_filters"];
  /** From `first` to `last`; empty if the range lies outside the workflow. */
  tasks: ContinueTask[];
  /** The chain that was asked for, converters left out; `tasks[n].order` says which is which. */
  chain: NeedTask[];
};

/**
 * What a job that continues would do, task by task. Nothing of it has run, so what earlier tasks of the chain
 * will change is told apart as `waits`; images that do not exist yet are not counted.
 *
 * @throws InvalidInputError if a task's type filters contradict its input types.
 */
export async function planContinue(
  db: Queryable,
  of: { workflow: { id: number }; dataset: { id: number }; steps: readonly Step[]; input: Input },
): Promise<ContinuePlan> {
  const { input, steps, dataset } = of;
  const history = await findHistory(db, of.workflow.id, dataset.id);
  const base = baseOf(steps, history, input);
  const attribute_filters = input.attribute_filters ?? history.latest?.attribute_filters ?? {};
  const last = Math.min(input.last_task_index ?? base.last, steps.length - 1);
  const from = input.first_task_index ?? base.first;
  const before = typeFlow(steps.slice(base.first, from).map(toFlowStep), base.type_filters).at(-1)?.after;
  const flow = typeFlow(steps.slice(from).map(toFlowStep), {
    ...(before ?? base.type_filters),
    ...input.type_filters,
  });

  const chain: NeedTask[] = [];
  const tasks: ContinueTask[] = [];
  const repeats = new Map<number, { root_id: number; open: number }>();
  let runsConverter = false;
  for (const step of steps.slice(from, last + 1)) {
    const latest = await findLatest(db, dataset.id, step);
    const repeat = await findRepeatable(db, step, latest);
    if (repeat) repeats.set(step.row.order, repeat);
    const task = { order: step.row.order, name: step.row.alias ?? step.task.name, task_type: step.task.type };
    if (isConverter(step.task.type)) {
      const need = converterNeed(latest, repeat);
      if (need !== null && !repeat) runsConverter = true;
      tasks.push({
        ...task,
        units: need === null ? 0 : (repeat?.open ?? 1),
        images: 0,
        reasons: [{ reason: need ?? "done", images: repeat?.open ?? 1 }],
        repeats_items: repeat !== null,
      });
      continue;
    }
    chain.push({
      ...settingsOf(step),
      workflow_task_id: step.row.id,
      workflow_id: of.workflow.id,
      order: step.row.order,
      filters: { type_filters: flow[step.row.order - from]?.effective ?? {}, attribute_filters },
      is_single: step.task.type !== "parallel",
      is_retryable: repeat !== null,
      follows_converter: runsConverter,
    });
    tasks.push({ ...task, units: 0, images: 0, reasons: [], repeats_items: false });
  }
  if (chain.length > 0) {
    const rows = await rowsOf<ReasonCount & { task: number }>(db, countNeeds(dataset.id, chain));
    for (const [n, need] of chain.entries()) {
      const at = tasks.findIndex(({ order }) => order === need.order);
      const reasons = rows.filter(({ task }) => task === n).map(({ reason, images }) => ({ reason, images }));
      const before = tasks[at];
      if (before) tasks[at] = { ...before, ...counted(need, reasons, repeats.get(need.order) ?? null) };
    }
  }
  const first =
    input.first_task_index ??
    tasks.find(({ units }) => units > 0)?.order ??
    Math.min(base.first, Math.max(0, last));
  return {
    continues: history.latest,
    first,
    last,
    type_filters: flow[first - from]?.current ?? {},
    attribute_filters,
    tasks: tasks.filter(({ order }) => order >= first),
    chain: chain.filter(({ order }) => order >= first),
  };
}

/** In the order in which the reasons are tried. */
const rank = ({ reason }: ReasonCount) => (isNeed(reason) ? NEED_REASONS.indexOf(reason) : 100);

function counted(need: NeedTask, reasons: ReasonCount[], repeat: { open: number } | null) {
  const needing = reasons.filter(({ reason }) => isNeed(reason));
  const images = reasons.reduce((sum, row) => sum + row.images, 0);
  const repeats_items =
    repeat !== null && needing.length > 0 && needing.every(({ reason }) => FAILED_REASONS.includes(reason));
  const units = need.is_single
    ? repeats_items
      ? repeat.open
      : Math.min(1, needing.length)
    : needing.reduce((sum, row) => sum + row.images, 0);
  return { units, images, repeats_items, reasons: reasons.sort((a, b) => rank(a) - rank(b)) };
}

export const settingsOf = ({ task, group, row }: Step) => ({
  pkg_name: group.pkg_name,
  task_name: task.name,
  task_version: task.version,
  args_non_parallel: row.args_non_parallel,
  args_parallel: row.args_parallel,
});

async function findLatest(db: Queryable, datasetId: number, step: Step): Promise<LatestRun | null> {
  return maybeOne(await rowsOf<LatestRun>(db, latestRun(datasetId, step.row.id, settingsOf(step))));
}

/** The items of a compound task that can be repeated alone; null: none, or the init call must be asked again. */
async function findRepeatable(db: Queryable, step: Step, latest: LatestRun | null) {
  if (latest === null || !canRepeatCalls(step.task.type, latest)) return null;
  const query = sql`SELECT count(*)::int AS open FROM (${openCalls(latest.root_id, null)}) o`;
  const { open } = one(await rowsOf<{ open: number }>(db, query));
  // Stopped before its items were known: they are not counted, but they are all that is left.
  if (open === 0 && latest.has_items) return null;
  return { root_id: latest.root_id, open: Math.max(1, open) };
}

/** A converter has no input images; its newest run says whether it is done. */
function converterNeed(latest: LatestRun | null, repeat: object | null): NeedReason | null {
  if (latest === null) return "never_run";
  if (repeat !== null || latest.state === "failed") return "failed";
  if (latest.state === "stopped") return "stopped";
  if (!latest.same_version) return "version_changed";
  return latest.same_arguments ? null : "arguments_changed";
}

type History = {
  /** Newest job of the workflow on the dataset. */
  latest: Pick<JobRow, "id" | "attribute_filters"> | null;
  /** The first run that it goes back to: what was wanted. */
  origin: { ids: number[]; type_filters: TypeFilters } | null;
};

async function findHistory(db: Queryable, workflowId: number, datasetId: number): Promise<History> {
  const rows = await rowsOf<{
    id: number;
    attribute_filters: JobRow["attribute_filters"];
    type_filters: TypeFilters;
    ids: number[];
    depth: number;
  }>(
    db,
    sql`WITH RECURSIVE chain AS (
        (SELECT j.*, 0 AS depth FROM job j WHERE j.workflow_id = ${workflowId} AND j.dataset_id = ${datasetId}
          ORDER BY j.id DESC LIMIT 1)
        UNION ALL
        SELECT j.*, c.depth + 1 FROM chain c JOIN job j ON j.id = c.continues_job_id)
      SELECT id, attribute_filters, type_filters, depth,
        (SELECT jsonb_agg(t -> 'workflow_task' -> 'id') FROM jsonb_array_elements(task_dumps) t) AS ids
      FROM chain ORDER BY depth`,
  );
  const [latest] = rows;
  const origin = rows.at(-1);
  return { latest: latest ?? null, origin: origin ?? null };
}

/** The tasks that the first job of the chain was for, as they stand in the workflow now. */
function baseOf(steps: readonly Step[], { origin }: History, input: Input) {
  const ids = new Set(origin?.ids ?? []);
  const orders = steps.filter(({ row }) => ids.has(row.id)).map(({ row }) => row.order);
  const first = Math.min(...orders);
  const isInside = orders.length > 0 && (input.first_task_index ?? first) >= first;
  const last = input.last_task_index ?? (orders.length > 0 ? Math.max(...orders) : steps.length - 1);
  return isInside && origin
    ? { first, last, type_filters: origin.type_filters }
    : { first: 0, last: orders.length > 0 ? last : steps.length - 1, type_filters: {} };
}
