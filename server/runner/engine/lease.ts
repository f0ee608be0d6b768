import type { LeaseKey } from "../store/lease";

/** A lease that somebody keeps alive while a driver works. */
export interface HeldLease {
  readonly key: LeaseKey;
  /** Aborted when the lease is lost or the process shuts down: the driver stops and touches nothing. */
  readonly signal: AbortSignal;
  /** May a process be spawned, a scheduler be called? False when the last confirmed heartbeat is too old. */
  isFresh(): boolean;
}
