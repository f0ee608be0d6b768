/** Where batches run. See engine specification §3, §5, §7. */
import type { SlurmUnitConfig } from "@/server/domain/slurm/unit-config";
import type { UnitLine, UnitsHeader } from "@/server/domain/jobs/protocol";

/** An answer from outside: known, or not known and why. Never a guess. */
export type Known<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** The place where batches run cannot be asked right now: nothing is known, and nothing was changed. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** A process of a host, or a job of a scheduler; the batch is then the element `k` of its array. */
export type BatchHandle =
  | { readonly pid: number; readonly host: string; readonly job?: never }
  | { readonly job: number; readonly pid?: never; readonly host?: never };

export type BatchFolder = {
  readonly id: number;
  /** Number in its submission, from 0. */
  readonly k: number;
  /** Of its submission. */
  readonly tag: string;
  /** Absolute. */
  readonly folder: string;
  /** Null: not launched, or launched by a driver that could not say so. */
  readonly handle: BatchHandle | null;
};

/** The batches of one submission, which start together: on `local` there is one of them. */
export type Launch = {
  readonly tag: string;
  /** Name of the task, for people who look at the scheduler. */
  readonly title: string;
  /** In order of `k`, all of the submission. */
  readonly batches: readonly BatchFolder[];
  /** The folder in which each batch has its own, named by its number. */
  readonly folder: string;
  /** Units side by side in one batch. */
  readonly slots: number;
  /** What a unit asks the scheduler for; null where there is none. */
  readonly slurm: SlurmUnitConfig | null;
  readonly cacheDir: string;
};

/** A batch that may have a worker. */
export type BegunBatch = BatchFolder & {
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

/** `detail`: why, in the words of the scheduler; null: there is none that knows more. */
export type Settled = { readonly life: BatchLife; readonly detail: string | null };

/**
 * Implementations only translate: no polling loop, no retry, no database, no idea of workflows.
 * The engine owns all of those. Each method that asks or writes throws `NoAnswerError` when it cannot reach the place.
 */
export interface Executor {
  readonly kind: "local" | "slurm_sudo" | "slurm_ssh";
  /** Makes a folder that the tasks may write to. @throws if it cannot be made. */
  makeFolder(folder: string): Promise<void>;
  /** Writes the batch folder. Safe to repeat until the batch is launched. */
  prepare(batch: BatchFolder, content: BatchContent): Promise<void>;
  /**
   * Starts the workers, detached. Safe to repeat: a folder runs once.
   *
   * @returns Unknown: they may have been started; `findLaunched` tells.
   * @throws if nothing was started.
   */
  launch(launch: Launch, onExit: () => void): Promise<Known<BatchHandle>>;
  /** Has an earlier driver launched this? Null: certainly not. `handle` null: yes, and its name is lost. */
  findLaunched(launch: Launch): Promise<Known<{ handle: BatchHandle | null } | null>>;
  /** Asks once for all of these batches what the other questions need. Called before each round over them. */
  look(batches: readonly BatchFolder[]): Promise<void>;
  /** A cheap look: false means that the worker is certainly gone; true proves nothing. */
  mayLive(batch: BatchFolder): boolean;
  /** The real answer. Reaps units that outlived their worker, and voids a batch that nobody started. */
  settle(batch: BegunBatch): Promise<Known<Settled>>;
  /** @returns At most `maxBytes` from `offset`; null if the file does not exist. */
  read(path: string, offset: number, maxBytes: number): Promise<Buffer | null>;
  /** Bytes of the file now; null if it does not exist. */
  size(path: string): Promise<number | null>;
  /** Asks the worker to stop these units. */
  cancel(batch: BegunBatch, units: "all" | readonly number[]): Promise<void>;
  /** Removes what is of no use once the batch is closed. */
  tidy(batch: BatchFolder): Promise<void>;
}
