import type {
  ActivityStatus,
  AttemptState,
  CauseKind,
  JobState,
  PublishedStatus,
  RunState,
  UnitState,
} from "@/server/contracts/enums";

import type { GlyphKind } from "../ui/Glyph";

/** States that are stored, and five that only the page knows. */
export type StateName =
  | JobState
  | RunState
  | UnitState
  | AttemptState
  | ActivityStatus
  | PublishedStatus
  | "waiting"
  | "warning"
  | "skipped"
  | "unknown";

export type StateTone = "wait" | "run" | "done" | "fail" | "warn" | "stop";

export type StateLook = { glyph: GlyphKind; tone: StateTone; word: string };

/** The one place where a state gets its word, outline and colour. A new state without a line does not compile. */
export const STATE_LOOKS: Record<StateName, StateLook> = {
  waiting: { glyph: "wait", tone: "wait", word: "Waiting" },
  pending: { glyph: "wait", tone: "wait", word: "Waiting" },
  planned: { glyph: "wait", tone: "wait", word: "Waiting" },
  queued: { glyph: "queue", tone: "wait", word: "Queued" },
  submitted: { glyph: "run", tone: "run", word: "Running" },
  running: { glyph: "run", tone: "run", word: "Running" },
  ongoing: { glyph: "run", tone: "run", word: "Running" },
  started: { glyph: "run", tone: "run", word: "Running" },
  stopping: { glyph: "run", tone: "run", word: "Stopping" },
  done: { glyph: "done", tone: "done", word: "Done" },
  OK: { glyph: "done", tone: "done", word: "Done" },
  ended: { glyph: "done", tone: "done", word: "Ended" },
  failed: { glyph: "fail", tone: "fail", word: "Failed" },
  interrupted: { glyph: "fail", tone: "fail", word: "Interrupted" },
  stopped: { glyph: "stop", tone: "stop", word: "Stopped" },
  never_started: { glyph: "skip", tone: "stop", word: "Never started" },
  skipped: { glyph: "skip", tone: "wait", word: "Skipped" },
  warning: { glyph: "warn", tone: "warn", word: "Warning" },
  unknown: { glyph: "unknown", tone: "warn", word: "Unknown" },
};

/** Named causes of a failure in words; each is shown with its number and its next step (design.md §8). */
export const CAUSE_WORDS: Record<CauseKind, string> = {
  task_error: "Task error",
  bad_output: "Bad output",
  output_conflict: "Conflicting output",
  not_started: "Not started",
  interrupted: "Interrupted",
  killed: "Killed",
  out_of_memory: "Out of memory",
  time_limit: "Time limit",
  cancelled: "Cancelled",
  disk_full: "Disk full",
};
