/**
 * Start a run of a job that continues another: only what is missing (engine specification §13). Everything that
 * is decided here is stored in the same transaction, so it is decided once.
 */
import type { Tx } from "@/db/client";
import type { HistoryRunRow, JobRow } from "@/db/schema";
import type { TaskDump } from "@/db/schema/job";
import { NEED_REASONS } from "@/server/contracts/enums";
import type { TypeFilters } from "@/server/contracts/image";
import { canRepeatCalls, FAILED_REASONS } from "@/server/domain/jobs/missing";
import { isConverter } from "@/server/domain/tasks/calls";
import {
  chooseOpenCalls,
  countDoneCalls,
  countDoneImages,
  countImageNeeds,
  findLatestRun,
  insertMissingRun,
  insertRetryRun,
  insertSkippedRun,
  settingsOf,
} from "../store/missing";

type Job = JobRow & { dataset_id: number };

/**
 * @param current   Type filters in force before this task.
 * @param effective Those of this task; null for converters.
 * @returns The run: `closed` if nothing is missing, else `selected`. Null: nothing was done before and no image
 *          matches, so the task is to be refused like in a first run.
 */
export async function insertContinuingRun(
  tx: Tx,
  job: Job,
  dump: TaskDump,
  current: TypeFilters,
  effective: TypeFilters | null,
): Promise<HistoryRunRow | null> {
  const { workflow_task } = dump;
  if (job.mode === "retry" && job.retries_run_id !== null && workflow_task.order === job.first_task_index)
    return insertRetryRun(tx, job, dump, current, job.retries_run_id);
  const latest = await findLatestRun(tx, job.dataset_id, dump);
  const { type } = workflow_task.task;
  const mayRepeat = latest !== null && canRepeatCalls(type, latest);

  if (isConverter(type) || effective === null) {
    const isDone = latest?.state === "done" && latest.same_version && latest.same_arguments;
    if (mayRepeat) {
      const open = await chooseOpenCalls(tx, job.id, latest.root_id);
      if (open > 0 || !latest.has_items) return insertRetryRun(tx, job, dump, current, latest.root_id);
    }
    if (!isDone) return null;
    const kept = await countDoneCalls(tx, latest.root_id);
    return insertSkippedRun(tx, job, dump, current, { available: 0, kept, left: 0 });
  }

  const task = {
    ...settingsOf(dump),
    workflow_task_id: workflow_task.id,
    workflow_id: workflow_task.workflow_id,
    order: workflow_task.order,
    filters: { type_filters: effective, attribute_filters: job.attribute_filters },
    is_single: type !== "parallel",
    is_retryable: mayRepeat,
    follows_converter: false,
  };
  const counts = await countImageNeeds(tx, job.dataset_id, task);
  const available = [...counts.values()].reduce((sum, images) => sum + images, 0);
  const left = counts.get("earlier_failed") ?? 0;
  const missing = NEED_REASONS.filter((reason) => counts.has(reason));
  if (available === 0 && latest === null) return null;
  if (missing.length === 0) {
    const kept = task.is_single
      ? latest === null
        ? 0
        : await countDoneCalls(tx, latest.root_id)
      : await countDoneImages(tx, job.dataset_id, workflow_task.id);
    return insertSkippedRun(tx, job, dump, current, { available, kept, left });
  }
  const onlyFailed = missing.every((reason) => FAILED_REASONS.includes(reason));
  if (mayRepeat && onlyFailed) {
    const open = await chooseOpenCalls(tx, job.id, latest.root_id);
    if (open > 0 || !latest.has_items) return insertRetryRun(tx, job, dump, current, latest.root_id);
  }
  return insertMissingRun(tx, job, dump, current, { ...task, is_retryable: false }, { available, left });
}
