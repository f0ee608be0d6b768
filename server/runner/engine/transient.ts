import { isDatabaseAway } from "../store/away";
import { LeaseLostError } from "../store/lease";
import type { EngineContext } from "./context";

/** Must the driver leave the job as it is, because another driver, or this one later, goes on? */
export function isTransient(err: unknown, ctx: Pick<EngineContext, "lease">): boolean {
  return ctx.lease.signal.aborted || err instanceof LeaseLostError || isDatabaseAway(err);
}
