import path from "node:path";
import type { HistoryRunRow } from "@/db/schema";
import { JobsRunnerConfigLocal } from "@/server/contracts/resource";
import { MAX_ARRAY_SIZE, packUnits } from "@/server/domain/slurm/batching";
import { localSlots, taskFolderName } from "@/server/domain/tasks/calls";
import { countUnplanned, insertBatches } from "../store/batch";
import type { BatchPlan } from "../store/batch";
import { failPendingUnits, stopPendingUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import type { RunCall } from "./run-call";
import { refusal } from "./select-run";
import type { StopWish } from "./stop-wish";

/** Gathers the units that wait into batches: one on this host, as many as the resource wants under a scheduler. */
export async function gatherWaitingUnits(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
  wish: StopWish,
): Promise<void> {
  if (wish.units.size > 0) await write(ctx, (tx) => stopPendingUnits(tx, run.id, [...wish.units]));
  const waiting = await countUnplanned(ctx.db, run.id);
  if (waiting === 0) return;
  const planned = planBatches(ctx, call, waiting);
  if (!planned.ok) {
    const { name } = run.workflow_task_dump.task;
    const cause = refusal(
      `The units of task '${name}' cannot be run: ${planned.why}`,
      "Correct its resources.",
    );
    await write(ctx, (tx) => failPendingUnits(tx, run.id, cause));
    return;
  }
  const folderOf = (submissionId: number) => path.join(taskFolder(ctx, run), `s${submissionId}`);
  await write(ctx, (tx) => insertBatches(tx, run.id, folderOf, planned.plan));
}

/** Where the batches of a run have their folders, as whoever runs them sees it. */
const taskFolder = (ctx: JobContext, run: HistoryRunRow) =>
  path.join(ctx.workingDirUser, taskFolderName(run.order, run.workflow_task_dump.task.name));

function planBatches(
  ctx: JobContext,
  call: RunCall,
  waiting: number,
): { ok: true; plan: BatchPlan } | { ok: false; why: string } {
  const { cpus, memMb, scheduler } = call;
  if (scheduler === null) {
    const config = JobsRunnerConfigLocal.parse(ctx.loaded.resource.document["jobs_runner_config"] ?? {});
    const limit = config.parallel_tasks_per_job ?? null;
    const slots = localSlots(call, limit, waiting, ctx.host.cpus, ctx.host.memMb);
    const one = { batches: 1, unitsPerBatch: waiting, batchesPerSubmission: 1 };
    return { ok: true, plan: { ...one, slots, cpus, memMb } };
  }
  const { unit, batching } = scheduler;
  const packed = packUnits(waiting, unit.cpus, unit.memMb, batching, unit);
  if (!packed.ok) return packed;
  const { unitsPerJob, atOnce, jobs } = packed.packing;
  return {
    ok: true,
    plan: {
      ...{ batches: jobs, unitsPerBatch: unitsPerJob, batchesPerSubmission: MAX_ARRAY_SIZE },
      ...{ slots: Math.min(atOnce, unitsPerJob, waiting), cpus, memMb },
    },
  };
}
