/** No new batch begins on a disk that is almost full (FRACTAL_MIN_FREE_MB, FRACTAL_MIN_FREE_PERCENT). */
import { tooFull } from "@/server/domain/jobs/disk-rule";
import { diskSpaceOf } from "@/server/platform/disk-space";
import { setHeldUp } from "../store/job";
import { write } from "./context";
import type { JobContext } from "./context";

const LOOK_MS = 2_000;

/** What is known about the room of one job. */
export type RoomWatch = {
  lookedAt: number;
  /** Why nothing begins, as the job's row says it too; null: there is room. */
  heldUp: string | null;
};

/** @param heldUp What the row of the job says: perhaps another driver wrote it. */
export const newRoomWatch = (heldUp: string | null): RoomWatch => ({ lookedAt: -Infinity, heldUp });

/** May a batch begin now? If not, the job says why; what runs is left alone, and the question is asked again. */
export async function hasRoom(ctx: JobContext): Promise<boolean> {
  const { room: watch } = ctx;
  // Held up, the disks are looked at only now and then; free, before each batch.
  if (watch.heldUp !== null && performance.now() - watch.lookedAt < LOOK_MS) return false;
  watch.lookedAt = performance.now();
  const why = await findFullDisk(ctx);
  if (why !== watch.heldUp) {
    await write(ctx, (tx) => setHeldUp(tx, ctx.loaded.job.id, why));
    if ((why === null) !== (watch.heldUp === null))
      await ctx.jobLog.write(why === null ? "There is room on the disk again" : `Held up. ${why}`);
    watch.heldUp = why;
  }
  return why === null;
}

async function findFullDisk(ctx: JobContext): Promise<string | null> {
  const { minFree } = ctx.host;
  if (minFree === undefined) return null;
  const folders = [
    [ctx.loaded.dataset.zarr_dir, "the images of the dataset"],
    [ctx.workingDir, "the files of the job"],
  ] as const;
  for (const [folder, holds] of folders) {
    // A bucket has no disk, and of another machine's folders this one knows nothing.
    if (!folder.startsWith("/") || (ctx.executor.kind === "slurm_ssh" && folder !== ctx.workingDir)) continue;
    const space = await diskSpaceOf(folder);
    const why = space && tooFull(space, minFree, holds);
    if (why !== null) return why;
  }
  return null;
}
