import type { HistoryRunRow } from "@/db/schema";
import type { TaskDump } from "@/db/schema/job";
import type { TypeFilters } from "@/server/contracts/image";
import type { Cause } from "@/server/contracts/job";
import { mergeTypeFilters } from "@/server/domain/images/filter";
import { isConverter } from "@/server/domain/tasks/calls";
import { isDrained } from "../store/job";
import { failRun, getRun, insertRun } from "../store/run";
import { write } from "./context";
import type { JobContext } from "./context";
import { JobExecutionError } from "./errors";
import { insertContinuingRun } from "./select-missing";

/**
 * Start a run: freeze the images it will work on. A job that continues another gets only what is missing; its
 * run is closed at once if nothing is.
 *
 * @param current Type filters in force before this task.
 * @throws JobExecutionError if there is nothing to work on, the filters contradict the task, or the resource
 *         is drained; the run is then stored as failed.
 */
export async function selectRun(
  ctx: JobContext,
  dump: TaskDump,
  current: TypeFilters,
): Promise<HistoryRunRow> {
  const { job, resource } = ctx.loaded;
  const { task, type_filters } = dump.workflow_task;
  const name = dump.workflow_task.alias ?? task.name;
  await ctx.jobLog.write(
    `SUBMIT ${dump.workflow_task.order}-th task ('${name}', '${task.name}', ${dump.task_group.pkg_name} ${task.version})`,
  );
  const own = mergeTypeFilters(task.input_types, type_filters);
  const effective = isConverter(task.type) ? null : { ...current, ...(own.ok ? own.filters : {}) };
  const datasetId = ctx.loaded.dataset.id;

  const outcome = await write(ctx, async (tx) => {
    const owner = { ...job, dataset_id: datasetId };
    const continuing =
      job.mode === "run" || !own.ok ? null : await insertContinuingRun(tx, owner, dump, current, effective);
    if (continuing?.stage === "closed") return { runId: continuing.id, cause: null };
    const { run, selected } = continuing
      ? { run: continuing, selected: null }
      : await insertRun(tx, owner, dump, current, effective);
    const cause = !own.ok
      ? refusal(
          `Cannot merge type filters: '${own.key}' has another value in the task's input types.`,
          "Remove this type filter from the workflow task.",
        )
      : effective !== null && selected === 0
        ? refusal(
            `Cannot run task '${name}' for an empty image list (obtained after applying type_filters=${JSON.stringify(effective)} and attribute_filters=${JSON.stringify(job.attribute_filters)}).`,
            `${run.num_available_images} images have these types. Look at the types of the images and at the filters of this run.`,
          )
        : (await isDrained(tx, resource.id))
          ? refusal(
              `Cannot run '${name}', since the '${resource.name}' resource is not currently active.`,
              "An administrator has stopped new work on this resource. What is done is kept; run the remaining tasks later.",
            )
          : null;
    if (cause) await failRun(tx, run.id, cause);
    return { runId: run.id, cause };
  });
  if (outcome.cause) throw new JobExecutionError(outcome.cause.text, outcome.cause);
  const run = await getRun(ctx.db, outcome.runId);
  if (run.stage === "closed")
    await ctx.jobLog.write(
      `SKIP   ${run.order}-th task ('${name}'): nothing is missing, ${run.num_kept} were done before`,
    );
  return run;
}

export const refusal = (text: string, nextStep: string): Cause => ({
  kind: "not_started",
  title: "Not started",
  text,
  evidence: null,
  next_step: nextStep,
});
