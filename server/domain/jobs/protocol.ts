/**
 * What the runner and the worker (`server/runner/worker/worker.py`) say to each other in a batch folder.
 *
 * `units.jsonl` (we write it before the launch): one `UnitsHeader`, then one `UnitLine` per unit.
 * `results.jsonl` (the worker appends): `begin`, then `start` and `end` of each unit, then `exit`.
 * Order a reader may rely on: `begin` before every `start`, `start` before the process of the unit exists,
 * the log in `logs.txt` before its `end`. A missing `exit` means that the worker lives, died or was killed.
 * A cancelled unit that never started has neither `start` nor `end`.
 *
 * @see engine.md §3, §4
 */
import { z } from "zod";
import { END_REASONS } from "@/server/contracts/enums";

/**
 * `complete`: every unit has an end. `cancelled`: the `cancel` file kept or took some away. `deadline`: USR1
 * came, the running ones were finished. `sigterm`: TERM came, the running ones were ended.
 */
export const WORKER_EXIT_REASONS = ["complete", "cancelled", "deadline", "sigterm"] as const;
export type WorkerExitReason = (typeof WORKER_EXIT_REASONS)[number];

/** First line of `units.jsonl`. */
export type UnitsHeader = {
  readonly v: 1;
  readonly batch: number;
  /** Of the submission, as in the name of the SLURM job. */
  readonly tag: string;
  /** Units that run side by side, ≥ 1. */
  readonly slots: number;
  /** CPUs and memory that one unit asked for. The worker watches `mem_mb` only with two slots or more. */
  readonly cpus: number;
  /** null: no limit. */
  readonly mem_mb: number | null;
  /** Seconds one unit may run; null: no limit. */
  readonly unit_limit_s: number | null;
  /** Added to (and stronger than) what the units inherit. */
  readonly env: Readonly<Record<string, string>>;
  /** true: the units inherit only PATH, HOME, USER, LANG, TMPDIR; false: all that the worker has. */
  readonly clean_env: boolean;
  /** Seconds between TERM and KILL; 10 when left out. */
  readonly grace_s?: number;
};

/** One unit; `n` is unique in the batch and counts from 0. */
export type UnitLine = {
  readonly n: number;
  /** `history_unit.id`; the worker does not look at it. */
  readonly unit: number;
  /** The command without `--args-json` and `--out-json`, which the worker appends. */
  readonly argv: readonly string[];
  /** JSON text, passed to the task byte for byte. */
  readonly args: string;
  /** The output is a parallelization list and is stored as `InitOutput`. */
  readonly init?: boolean;
};

const Count = z.int().nonnegative();
/** What is stored as a 4-byte integer: a larger number is garbage, and must cost its line and not the job. */
const SmallCount = Count.max(2 ** 31 - 1);
/** Seconds since 1970 on the clock of the machine the worker runs on; before the year 10000. */
const Seconds = z.number().nonnegative().max(253_402_300_799);

export const BeginLine = z.object({
  e: z.literal("begin"),
  v: z.literal(1),
  batch: z.int(),
  host: z.string(),
  pid: z.int(),
  t: Seconds,
  /** `{array job}_{index}`, the plain job number outside an array, null outside SLURM. */
  slurm: z.string().nullable(),
});
export type BeginLine = z.infer<typeof BeginLine>;

export const StartLine = z.object({ e: z.literal("start"), n: Count, t: Seconds });
export type StartLine = z.infer<typeof StartLine>;

export const EndLine = z
  .object({
    e: z.literal("end"),
    n: Count,
    t: Seconds,
    /** Exit code; null when a signal ended the unit or no process was made. */
    exit: SmallCount.nullable(),
    /** Number of the signal that ended the unit, else null. */
    signal: SmallCount.min(1).nullable(),
    /** Why the worker calls it failed; null when the exit code or the signal says all. */
    reason: z.enum(END_REASONS).nullable(),
    /** One sentence with the numbers of `reason`; null exactly when `reason` is. */
    detail: z.string().nullable(),
    wall_s: z.number().nonnegative(),
    /** User and system time of the unit and the processes it waited for. */
    cpu_s: z.number().nonnegative(),
    /**
     * Largest resident memory of one process of the unit, of the whole group after `mem_limit`; null when no
     * process was made. Not below the memory of the worker itself (about 16 MB), a quirk of Linux.
     */
    peak_mb: z.number().nonnegative().nullable(),
    /** Offset and length in `logs.txt`, in bytes. */
    log: z.tuple([Count, Count]),
    /** Lines of the stored log with "warning" in any letter case. */
    warnings: SmallCount,
    /** The output, ≤ 64 KB as text; null: none. Absent when it is in a file. */
    out: z.record(z.string(), z.unknown()).nullable().optional(),
    /** Relative to the batch folder; always beside `out_bytes` and `out_sha256`. */
    out_file: z
      .string()
      .regex(/^out\/\d+\.json$/)
      .optional(),
    out_bytes: Count.optional(),
    out_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .refine((line) => line.exit === null || line.signal === null, "exit and signal exclude each other")
  .refine(
    (line) => (line.out === undefined) === (line.out_file !== undefined),
    "the output is either in the line or in a file",
  )
  .refine(
    (line) =>
      (line.out_file === undefined) === (line.out_bytes === undefined) &&
      (line.out_file === undefined) === (line.out_sha256 === undefined),
    "out_file, out_bytes and out_sha256 belong together",
  );
export type EndLine = z.infer<typeof EndLine>;

export const ExitLine = z.object({
  e: z.literal("exit"),
  t: Seconds,
  reason: z.enum(WORKER_EXIT_REASONS),
  /** Number of `end` lines before this one. */
  ended: Count,
});
export type ExitLine = z.infer<typeof ExitLine>;

export const ResultLine = z.discriminatedUnion("e", [BeginLine, StartLine, EndLine, ExitLine]);
export type ResultLine = z.infer<typeof ResultLine>;

/** Output of an `init` unit, as `out` or in `out_file`. At most 20,000 items, duplicates included. */
export const InitOutput = z.object({
  items: z.array(
    z.object({
      zarr_url: z.string().min(1),
      /** JSON text of an object. Never parse and write it again: JavaScript changes 1.0 and 2**60. */
      init_args: z.string(),
      /** SHA-256 (hex) of the same object with sorted keys: equal keys mean equal arguments. */
      key: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type InitOutput = z.infer<typeof InitOutput>;

const LockState = z.enum(["held", "free"]);

/**
 * Answer of `worker.py --probe`. `voided`: this call made `claim`; `claimed`: it existed before; `rebooted`: the machine
 * was started anew since the claim, so that the last lines of `results.jsonl` may be lost.
 */
export const ProbeAnswer = z.object({
  alive: LockState,
  family: LockState,
  claimed: z.boolean(),
  voided: z.boolean(),
  rebooted: z.boolean(),
});
export type ProbeAnswer = z.infer<typeof ProbeAnswer>;

/** Answer of `worker.py --reap`: the process groups that got a signal, and whether any holder is left. */
export const ReapAnswer = z.object({ killed: z.array(z.int()), family: LockState });
export type ReapAnswer = z.infer<typeof ReapAnswer>;

/**
 * Reads one line of `results.jsonl`.
 *
 * @param text one line without its newline, decoded from UTF-8
 * @returns the line, or `why` in words fit for a person; unknown keys of a known line are dropped
 * @throws Never.
 */
export function parseResultLine(text: string): { ok: true; line: ResultLine } | { ok: false; why: string } {
  if (text.includes("\0")) return { ok: false, why: "The line contains a NUL character." };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (err) {
    return { ok: false, why: `The line is not JSON: ${err instanceof Error ? err.message : "unreadable"}.` };
  }
  const parsed = ResultLine.safeParse(value);
  if (parsed.success) return { ok: true, line: parsed.data };
  const problems = parsed.error.issues
    .slice(0, 5)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message));
  return { ok: false, why: `The line does not follow the protocol: ${problems.join("; ")}.` };
}
