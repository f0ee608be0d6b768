/**
 * What SLURM's commands say, read strictly: an answer that is empty where it cannot be, cut, garbled or beside an
 * error is no answer (engine specification §7). Nothing here ever takes silence for an end.
 */

/** How a command ended, whoever ran it. */
export type CommandEnd = {
  /** Null: killed, by us after too long or by somebody. */
  exit: number | null;
  stdout: string;
  stderr: string;
  isTimedOut: boolean;
};

export type Answer<T> = { known: true; value: T } | { known: false; why: string };

/** Between fields: in no name that people type. */
export const FIELD_SEPARATOR = "\x1f";
const unknown = (why: string) => ({ known: false as const, why });

// --- sbatch ---

/**
 * - `submitted`. - `refused`: nothing was submitted, and the same would be refused again. - `not_now`: nothing was
 * submitted, and it may work later. - `unknown`: it may have been submitted; only the tag can tell.
 */
export type SbatchOutcome =
  { kind: "submitted"; job: number } | { kind: "refused" | "not_now" | "unknown"; why: string };

export function readSbatch(end: CommandEnd): SbatchOutcome {
  const { exit, stdout, stderr, isTimedOut } = end;
  const said = errorLine(stderr);
  // sbatch waits two minutes for room before it fails, and a client that is killed then has submitted nothing; but so
  // does one that is killed while the controller has the job already.
  if (isTimedOut || exit === null) return { kind: "unknown", why: said ?? "sbatch did not answer in time." };
  if (exit === 0) {
    const ids = stdout.split("\n").flatMap((line) => /^([1-9]\d*)(;.*)?$/.exec(line)?.[1] ?? []);
    const [id] = ids;
    return ids.length === 1 && id !== undefined && Number.isSafeInteger(Number(id))
      ? { kind: "submitted", job: Number(id) }
      : { kind: "unknown", why: `sbatch answered '${clip(stdout)}' instead of the number of a job.` };
  }
  if (/^sudo: /m.test(stderr)) return { kind: "refused", why: said ?? stderr.trim() };
  if (said === null) return { kind: "unknown", why: `sbatch ended with ${exit} and said nothing.` };
  if (/Unable to contact slurm controller \(connect failure\)|Resource temporarily unavailable/.test(stderr))
    return { kind: "not_now", why: said };
  const isRefusal =
    /error: (Batch job submission failed: (?!Socket timed out|Unexpected message|Zero Bytes)|(Invalid|Unable to open|Batch script|This does not look))/.test(
      stderr,
    ) || /^sbatch: unrecognized option/m.test(stderr);
  return { kind: isRefusal ? "refused" : "unknown", why: said };
}

/** The line of an error that a person should read; null: none. */
function errorLine(stderr: string): string | null {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const lead = lines.findLast((line) => /error: |^sudo: /.test(line)) ?? lines.at(-1);
  return lead === undefined ? null : clip(lead.replace(/^\w+: error: /, ""));
}

const clip = (text: string) => text.trim().slice(0, 300);

// --- squeue ---

export const SQUEUE_FORMAT = ["%i", "%F", "%K", "%T", "%r", "%S", "%N", "%j"].join(FIELD_SEPARATOR);

export const FINAL_STATES = [
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "TIMEOUT",
] as const;
export type FinalState = (typeof FINAL_STATES)[number];
export const isFinal = (state: string): state is FinalState =>
  (FINAL_STATES as readonly string[]).includes(state);

/** One element of an array; a job outside arrays has index null. */
export type QueuedElement = {
  job: number;
  index: number | null;
  /** SLURM's word; a word that we do not know is no end. */
  state: string;
  reason: string;
  /** Seconds since 1970; expected while it waits. */
  start: number | null;
  node: string;
  name: string;
};

/** What `squeue --noheader --array --states=all --format=SQUEUE_FORMAT` said, with SLURM_TIME_FORMAT=%s. */
export function readSqueue(end: CommandEnd): Answer<QueuedElement[]> {
  const trouble = troubleOf("squeue", end);
  if (trouble !== null) return unknown(trouble);
  const elements: QueuedElement[] = [];
  for (const line of linesOf(end.stdout)) {
    const [id = "", array = "", index = "", state = "", reason = "", start = "", node = "", ...name] =
      line.split(FIELD_SEPARATOR);
    const isPlain = index === "N/A" && /^[1-9]\d*$/.test(id) && id === array;
    const isElement = /^\d+$/.test(index) && id === `${array}_${index}`;
    if (name.length === 0 || !/^[1-9]\d*$/.test(array) || !(isPlain || isElement) || !/^[A-Z_]+$/.test(state))
      return unknown(`squeue answered a line that is none: '${clip(line)}'.`);
    elements.push({
      ...{ job: Number(array), index: isPlain ? null : Number(index), state, reason },
      ...{ start: seconds(start), node, name: name.join(FIELD_SEPARATOR) },
    });
  }
  return { known: true, value: elements };
}

// --- sacct ---

export const SACCT_FIELDS = [
  "JobID",
  "State",
  "ExitCode",
  "Submit",
  "Start",
  "End",
  "MaxRSS",
  "ReqMem",
  "NodeList",
  "JobName",
] as const;

/**
 * The accounting of one element of an array whose end is a fact. `index` null: of all elements that have no row of their
 * own; an array that is cancelled before any of it has begun stays a single job, in `squeue` too.
 */
export type EndedElement = {
  job: number;
  index: number | null;
  state: FinalState;
  /** Who cancelled it; 0 is root or SLURM itself. Null: nobody. */
  cancelledBy: number | null;
  exit: number;
  signal: number;
  submit: number | null;
  start: number | null;
  end: number | null;
  /** Largest of its steps, in bytes; null: not sampled. */
  maxRss: number | null;
  node: string;
  name: string;
};

/**
 * What `sacct --noheader --parsable2 --noconvert --duplicates --format=SACCT_FIELDS` said, with SLURM_TIME_FORMAT=%s
 * and SLURM_BITSTR_LEN=0. Rows are made of messages that come late, so most of what one sees just after a start or an
 * end is not yet true: those rows are left out, and whoever asked asks again.
 */
export function readSacct(end: CommandEnd): Answer<EndedElement[]> {
  const trouble = troubleOf("sacct", end);
  if (trouble !== null) return unknown(trouble);
  const ended: EndedElement[] = [];
  const peaks = new Map<string, number>();
  for (const line of linesOf(end.stdout)) {
    const [
      id = "",
      words = "",
      code = "",
      submit = "",
      start = "",
      stop = "",
      rss = "",
      _,
      node = "",
      ...name
    ] = line.split(FIELD_SEPARATOR);
    if (name.length === 0) return unknown(`sacct answered a line that is none: '${clip(line)}'.`);
    const step = /^(\d+_\d+)\.\S+$/.exec(id)?.[1];
    if (step !== undefined) {
      if (/^\d+$/.test(rss)) peaks.set(step, Math.max(peaks.get(step) ?? 0, Number(rss)));
      continue;
    }
    const [, job, list] = /^(\d+)(?:_(\d+|\[[\d,%-]+\]))?$/.exec(id) ?? [];
    const [state = ""] = words.split(" ");
    if (job === undefined || !isFinal(state)) continue;
    // Not yet the rows of the array, whatever the state says.
    if (list === undefined && state !== "CANCELLED") continue;
    const [, exit, signal] = /^(\d+):(\d+)$/.exec(code) ?? [];
    const isUnfinished = exit === undefined || seconds(stop) === null || name.join("") === "allocation";
    // The exit code comes after the state: this is not a fact yet, and later it may still be 0:0.
    if (isUnfinished || (state === "FAILED" && exit === "0" && signal === "0")) continue;
    const by = /^CANCELLED by (\d+)$/.exec(words)?.[1];
    for (const index of list === undefined ? [null] : expandIndices(list))
      ended.push({
        ...{ job: Number(job), index, state, cancelledBy: by === undefined ? null : Number(by) },
        ...{ exit: Number(exit), signal: Number(signal), submit: seconds(submit), start: seconds(start) },
        ...{ end: seconds(stop), maxRss: null, node, name: name.join(FIELD_SEPARATOR) },
      });
  }
  return {
    known: true,
    value: ended.map((element) => ({
      ...element,
      maxRss: peaks.get(`${element.job}_${element.index ?? ""}`) ?? null,
    })),
  };
}

/** `3`, `[3-5]`, `[1-2,5%1]`: elements that never started share a row. */
function expandIndices(list: string): number[] {
  const parts = list.replace(/^\[|\]$|%\d+\]?$/g, "").split(",");
  return parts.flatMap((part) => {
    const [from = NaN, to = from] = part.split("-").map(Number);
    return to >= from ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [];
  });
}

/** Why a command gave no answer; null: it did. */
function troubleOf(program: string, { exit, stdout, stderr, isTimedOut }: CommandEnd): string | null {
  const said = errorLine(stderr);
  if (isTimedOut) return `${program} did not answer in time.`;
  if (exit !== 0 || said !== null) return `${program}: ${said ?? `ended with ${exit ?? "a signal"}`}`;
  if (stdout !== "" && !stdout.endsWith("\n")) return `${program} was cut short in its answer.`;
  if (stdout.includes("\0") || stdout.includes("\ufffd"))
    return `${program} answered something that is no text.`;
  return null;
}

const linesOf = (stdout: string) => (stdout === "" ? [] : stdout.slice(0, -1).split("\n"));
/** `N/A`, `Unknown`, `None`: null. */
const seconds = (text: string): number | null => (/^\d{9,11}$/.test(text) ? Number(text) : null);
