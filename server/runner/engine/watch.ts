import type { OpenBatch } from "../store/batch";
import { listBatchUnits } from "../store/unit";
import type { BatchUnits } from "../store/unit";
import type { JobContext } from "./context";
import type { IngestState } from "./ingest";
import { Pause } from "./unknown";

/** What this process remembers of an open batch; all of it can be made again from the rows. */
export type Watch = {
  ingest: IngestState;
  units: BatchUnits;
  /** `performance.now()` of the last certain look or last news. */
  lookedAt: number;
  /** Our child has exited, so that a certain look is worth it now. */
  workerExited: boolean;
  /** The worker was told to stop all of it. */
  isCancelled: boolean;
  /** How many of the chosen units, of this batch or not, were looked at to tell the worker. */
  wishesPassedOn: number;
  isClosed: boolean;
  /** A certain look found the worker alive: without a handle, nothing cheaper can tell. */
  isSeenRunning: boolean;
  /** The process that we know has ended, and another one works on the batch. */
  isHandleOfAnother: boolean;
  /** The worker cannot be told to stop; said once. */
  cannotCancel: boolean;
  lastError: string | null;
  /** Until we ask again what could not be told. */
  pause: Pause;
  /** The last question failed, so that nothing is read before the pause is over either. */
  isUnreadable: boolean;
  /** This process itself has just set the batch to `launching`: no other can have launched it. */
  isIntended: boolean;
};

export async function newWatch(ctx: JobContext, batch: OpenBatch): Promise<Watch> {
  return {
    ingest: {
      offset: batch.results_offset,
      hasBegun: batch.host !== null,
      hasExited: batch.exit_reason !== null,
      failedTurns: new Map(),
    },
    units: await listBatchUnits(ctx.db, batch.id),
    // Never at once: a certain look voids a worker that is only about to begin.
    lookedAt: performance.now(),
    workerExited: false,
    isCancelled: false,
    wishesPassedOn: 0,
    isClosed: false,
    isSeenRunning: false,
    isHandleOfAnother: false,
    cannotCancel: false,
    lastError: null,
    pause: new Pause(),
    isUnreadable: false,
    isIntended: false,
  };
}
