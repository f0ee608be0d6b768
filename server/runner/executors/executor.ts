/** Where batches run. See engine specification §3, §5, §7. */
import type { UnitLine, UnitsHeader } from "@/server/domain/jobs/protocol";

/** An answer from outside: known, or not known and why. Never a guess. */
export type Known<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export type BatchFolder = {
  readonly id: number;
  /** Absolute. */
  readonly folder: string;
};

export type BatchHandle = { readonly pid: number; readonly host: string };

/** A batch that may have a worker. */
export type BegunBatch = BatchFolder & {
  /** Null: it may have been launched, but nobody has written it down. */
  readonly handle: BatchHandle | null;
  /** Machine that the worker named when it began; null: not known. */
  readonly host: string | null;
};

/** What a batch folder is made of. `units` comes in order of `n`, in pieces, so that memory stays bounded. */
export type BatchContent = {
  readonly header: UnitsHeader;
  readonly units: AsyncIterable<readonly UnitLine[]>;
};

/**
 * - `running`: the worker lives. - `ended`: nothing of it lives. - `machine_died`: nor does anything, and what it wrote
 *   last may be lost with the machine. - `never_began`: it can never start any more.
 */
export type BatchLife = "running" | "ended" | "machine_died" | "never_began";

/**
 * Implementations only translate: no polling loop, no retry, no database, no idea of workflows.
 * The engine owns all of those.
 */
export interface Executor {
  readonly kind: "local" | "slurm_sudo" | "slurm_ssh";
  /** Writes the batch folder. Safe to repeat until the batch is launched. */
  prepare(batch: BatchFolder, content: BatchContent): Promise<void>;
  /** Starts one detached worker. Safe to repeat: a folder runs once. @throws if nothing was started. */
  launch(batch: BatchFolder, onExit: () => void): Promise<BatchHandle>;
  /** True if the folder's claim exists, so the batch has started at some time. */
  hasBegun(batch: BatchFolder): Promise<boolean>;
  /** A cheap look: false means that the worker is certainly gone; true proves nothing. */
  mayLive(handle: BatchHandle): boolean;
  /** The real answer. Reaps units that outlived their worker, and voids a batch that nobody started. */
  settle(batch: BegunBatch): Promise<Known<BatchLife>>;
  /** @returns At most `maxBytes` from `offset`; null if the file does not exist. */
  read(path: string, offset: number, maxBytes: number): Promise<Buffer | null>;
  /** Bytes of the file now; null if it does not exist. */
  size(path: string): Promise<number | null>;
  /** Asks the worker to stop these units. */
  cancel(batch: BegunBatch, units: "all" | readonly number[]): Promise<void>;
  /** Removes what is of no use once the batch is closed. */
  tidy(batch: BatchFolder): Promise<void>;
}
