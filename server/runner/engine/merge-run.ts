/** `planned → merged → closed` (engine specification §11). */
import type { Tx } from "@/db/client";
import type { HistoryRunRow } from "@/db/schema";
import type { TaskOutputImage } from "@/server/contracts/image";
import {
  applyUpdates,
  collectOutputs,
  finishedCalls,
  includeByDefault,
  includedBefore,
} from "@/server/domain/images/merge";
import type { TaskOutput } from "@/server/domain/images/output";
import { badOutput, outputConflict } from "@/server/domain/jobs/cause";
import { isCompound } from "@/server/domain/tasks/calls";
import {
  addImages,
  closeRun,
  finishMerge,
  loadImages,
  lockDataset,
  removeImages,
  settleCompoundImages,
  updateImages,
} from "../store/merge";
import { listSelectedUrls } from "../store/run";
import { listEarlierUnits, listRunUnits, rejectUnits } from "../store/unit";
import type { RunUnit } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";

/** One transaction under the lock of the dataset; a second pass finds the stage and does nothing. */
export async function mergeRun(ctx: JobContext, run: HistoryRunRow, isStopAsked: boolean): Promise<void> {
  const dropped = await write(ctx, (tx) => merge(tx, run, isStopAsked));
  for (const url of dropped)
    await ctx.jobLog.write(
      `The update of ${url} was dropped: the image was removed from the list meanwhile`,
      "WARNING",
    );
}

async function merge(tx: Tx, run: HistoryRunRow, isStopAsked: boolean): Promise<string[]> {
  const { zarr_dir } = await lockDataset(tx, run.dataset_id);
  const { task } = run.workflow_task_dump;
  const units = await listRunUnits(tx, run.id);
  const earlier = await listEarlierUnits(tx, run);
  const calls = units.filter((unit) => unit.kind === "unit");
  const isCutShort =
    run.stage === "init" &&
    (isStopAsked || units.some(({ kind, state }) => kind === "init" && state === "stopped"));
  const outputs = outputsOf(units);
  // What earlier runs of these calls returned is in the list already.
  const settled = outputsOf(earlier);

  const named = new Set(
    outputs.flatMap(({ output }) => [
      ...output.image_list_updates.flatMap((update) => [
        update.zarr_url,
        ...(update.origin ? [update.origin] : []),
      ]),
      ...output.image_list_removals,
    ]),
  );
  const loaded = await loadImages(tx, run.id, run.dataset_id, [...named]);
  const known = new Set([...loaded.present.keys(), ...loaded.removedInputs]);
  const byId = new Map([...earlier, ...calls].map((unit) => [unit.id, unit]));
  const nameOf = (unitId: number) => {
    const unit = byId.get(unitId);
    return `call ${(unit?.position ?? 0) + 1}${unit?.zarr_url ? ` (${unit.zarr_url})` : ""}`;
  };
  const collected = collectOutputs(outputs, known, zarr_dir, nameOf, settled);
  await rejectUnits(
    tx,
    run.id,
    [...collected.rejected].map(([unitId, { kind, why }]) => ({
      unitId,
      cause: kind === "bad_output" ? badOutput(why) : outputConflict(why),
    })),
  );

  let updates: readonly TaskOutputImage[] = collected.updates;
  let { present } = loaded;
  const returnedNothing = [...outputs, ...settled].every(
    ({ unitId, output }) =>
      collected.rejected.has(unitId) ||
      (output.image_list_updates.length === 0 && output.image_list_removals.length === 0),
  );
  if (returnedNothing) {
    const inputs = await listSelectedUrls(tx, run.id);
    const isItemised = isCompound(task.type);
    const finished = finishedCalls([...earlier, ...units], collected.rejected);
    // Stopped between the init call and its items: nothing has been done for any image.
    if (isCutShort) finished.push({ zarr_url: null, isDone: false });
    // What an earlier run of these calls included is in the list, and perhaps edited since.
    const before = new Set(earlier.length === 0 ? [] : includedBefore(inputs, earlier, isItemised));
    const included = includeByDefault(inputs, finished, isItemised).filter((url) => !before.has(url));
    updates = included.map((zarr_url) => ({ zarr_url, origin: null, attributes: {}, types: {} }));
    const again = await loadImages(tx, run.id, run.dataset_id, included);
    present = again.present;
    for (const url of again.removedInputs) loaded.removedInputs.add(url);
  }

  const kept = updates.filter((update) => !loaded.removedInputs.has(update.zarr_url));
  const { changed, added } = applyUpdates(present, kept, task.output_types);
  await updateImages(tx, run.dataset_id, changed);
  await addImages(tx, run.dataset_id, added);
  await removeImages(tx, run.dataset_id, collected.removals);
  const isStopped = isCutShort || units.some((unit) => unit.state === "stopped");
  await finishMerge(tx, run, added.length, isStopped);
  return updates
    .filter((update) => loaded.removedInputs.has(update.zarr_url))
    .map((update) => update.zarr_url);
}

const outputsOf = (units: readonly RunUnit[]) =>
  units
    .filter((unit) => unit.kind === "unit" && unit.state === "done" && unit.output !== null)
    .map((unit) => ({ unitId: unit.id, output: unit.output as TaskOutput }));

/** @returns The final state of the run. */
export async function closeMergedRun(
  ctx: JobContext,
  run: HistoryRunRow,
): Promise<"done" | "failed" | "stopped"> {
  return write(ctx, async (tx) => {
    if (isCompound(run.workflow_task_dump.task.type) && run.workflow_task_id !== null)
      await settleCompoundImages(tx, run, run.workflow_task_id);
    return closeRun(tx, run.id, ctx.loaded.user.id);
  });
}
