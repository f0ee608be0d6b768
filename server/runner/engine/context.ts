import type { Db, Tx } from "@/db/client";
import type { DiskRule } from "@/server/domain/jobs/disk-rule";
import type { Logger } from "@/server/platform/logger";
import type { Executor } from "../executors/executor";
import type { HeldLease } from "./lease";
import type { JobLog } from "./job-log";
import type { RoomWatch } from "./room";
import { fenced } from "../store/lease";
import type { LoadedJob } from "../store/job";
import type { Wake } from "./wake";

/** What the host can give to local units. `minFree`: what its disks must have free for a batch to begin; absent: nothing. */
export type Host = { readonly cpus: number; readonly memMb: number; readonly minFree?: DiskRule };

/** What every step of one job's driver needs. */
export type EngineContext = {
  readonly db: Db;
  readonly log: Logger;
  readonly lease: HeldLease;
  readonly executor: Executor;
  readonly host: Host;
  /** Ends the naps of this driver: a worker exited, a request came. */
  readonly wake: Wake;
};

/** A context with its job, whose dataset is known to exist. */
export type JobContext = EngineContext & {
  readonly loaded: LoadedJob & { dataset: NonNullable<LoadedJob["dataset"]> };
  /** On this machine. */
  readonly workingDir: string;
  /** Where the profile's user writes; the same folder on `local`. */
  readonly workingDirUser: string;
  readonly jobLog: JobLog;
  readonly room: RoomWatch;
};

/** A transaction that fails unless the lease is still ours. */
export function write<T>(ctx: EngineContext, body: (tx: Tx) => Promise<T>): Promise<T> {
  return fenced(ctx.db, ctx.lease.key, body);
}
