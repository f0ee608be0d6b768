/** What people asked to stop of a run, as its driver knows it. The rows stay: a new driver reads them again. */
import type { HistoryRunRow } from "@/db/schema";
import type { OpenBatch } from "../store/batch";
import { listStopRequests, setStopping } from "../store/job";
import type { StopRequest } from "../store/job";
import type { BatchUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import type { Watch } from "./watch";

export class StopWish {
  /** The whole run, alone or with its job. */
  isAll = false;
  /** Ids of units that were chosen. */
  readonly units = new Set<number>();
  #lastId = 0;

  asksFor(unitId: number): boolean {
    return this.isAll || this.units.has(unitId);
  }

  /** Is anything of this batch asked for? */
  asksForAny(units: BatchUnits): boolean {
    if (this.isAll || this.units.size === 0) return this.isAll;
    return [...units.values()].some(({ unitId }) => this.units.has(unitId));
  }

  /** @returns True if something new was asked. */
  async read(ctx: JobContext, run: HistoryRunRow): Promise<boolean> {
    const requests = await listStopRequests(ctx.db, run, this.#lastId);
    for (const request of requests) {
      if (request.kind === "stop_job") await write(ctx, (tx) => setStopping(tx, run.job_id));
      this.isAll ||= request.kind !== "stop_units";
      for (const id of request.unit_ids ?? []) this.units.add(id);
      this.#lastId = request.id;
      await ctx.jobLog.write(`Stop of ${nameOf(request, run)} asked for by ${request.user_email}`);
    }
    return requests.length > 0;
  }
}

function nameOf({ kind, unit_ids }: StopRequest, run: HistoryRunRow): string {
  if (kind === "stop_job") return "the job";
  const task = `the ${run.order}-th task`;
  const count = unit_ids?.length ?? 0;
  return kind === "stop_run" ? task : `${count} ${count === 1 ? "unit" : "units"} of ${task}`;
}

/** Tells a worker what it is to stop. What cannot be written now, for instance because the disk is full, is tried again. */
export async function passOn(ctx: JobContext, batch: OpenBatch, watch: Watch, wish: StopWish): Promise<void> {
  try {
    if (wish.isAll) {
      if (!watch.isCancelled) await ctx.executor.cancel(batch, "all");
      watch.isCancelled = true;
      return;
    }
    if (watch.wishesPassedOn === wish.units.size) return;
    const size = wish.units.size;
    const numbers = [...watch.units].filter(([, { unitId }]) => wish.units.has(unitId)).map(([n]) => n);
    if (numbers.length > 0) await ctx.executor.cancel(batch, numbers);
    watch.wishesPassedOn = size;
    watch.cannotCancel = false;
  } catch (err) {
    if (!watch.cannotCancel) ctx.log.warn({ err, batch: batch.id }, "a worker cannot be told to stop");
    watch.cannotCancel = true;
  }
}
