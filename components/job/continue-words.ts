/** What will run when a job continues, in words. Pure. */
import type { ContinueTask } from "@/server/contracts/continue";
import type { NeedReason, SkipReason } from "@/server/contracts/enums";
import { isNeed } from "@/server/domain/jobs/missing";
import { isConverter } from "@/server/domain/tasks/calls";
import type { StateName } from "../state/words";
import { formatNoun } from "../ui/format";

/** After "12 will run:" or "12 stay:". */
export const REASON_WORDS: Record<NeedReason | SkipReason, string> = {
  waits: "when the tasks before have worked on them",
  never_run: "not done yet",
  failed: "failed last time",
  interrupted: "interrupted last time",
  stopped: "stopped before they were done",
  version_changed: "done with another version of the task",
  arguments_changed: "done with other arguments",
  input_changed: "what they are made from was made anew",
  done: "done with these arguments and this version",
  earlier_failed: "an earlier task is not done for them",
};

export const REASON_GLYPHS: Record<NeedReason | SkipReason, StateName> = {
  waits: "waiting",
  never_run: "pending",
  failed: "failed",
  interrupted: "failed",
  stopped: "stopped",
  version_changed: "warning",
  arguments_changed: "warning",
  input_changed: "warning",
  done: "skipped",
  earlier_failed: "skipped",
};

/** "will run: failed last time"; "stay: done with …"; "left out: an earlier …". */
export function reasonSentence(reason: NeedReason | SkipReason): { verb: string; why: string } {
  const verb = isNeed(reason) ? "will run:" : reason === "done" ? "stay:" : "left out:";
  return { verb, why: REASON_WORDS[reason] };
}

/** "62 run", "1 call", "nothing to do". */
export function taskUnits(task: ContinueTask): string {
  if (task.units === 0) return "nothing to do";
  return `${formatNoun(task.units, "unit")} will run`;
}

/** What the units of a task are, where that is not one per image. */
export function taskNote(task: ContinueTask): string {
  if (task.repeats_items) return "only the calls that failed; its first call is not asked again";
  if (isConverter(task.task_type)) return "makes images";
  if (task.task_type === "parallel" || task.units === 0) return `of ${formatNoun(task.images, "image")}`;
  const call = `one call with all ${formatNoun(task.images, "image")}`;
  return task.task_type === "compound" ? `${call}, then what it asks for` : call;
}
