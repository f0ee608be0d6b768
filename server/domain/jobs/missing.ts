import type { NeedReason, SkipReason } from "../../contracts/enums";
import type { TaskType } from "../../contracts/enums";
import { isCompound } from "../tasks/calls";

/**
 * Can the items of a compound task that failed be repeated alone? Only if they would be the same again: same
 * version, same arguments, and an init call that is done and need not be asked again.
 *
 * @param latest Newest run of the task on the dataset, with its retries.
 */
export function canRepeatCalls(
  type: TaskType,
  latest: {
    readonly state: string;
    readonly same_version: boolean;
    readonly same_arguments: boolean;
    readonly is_init_done: boolean;
    readonly has_items: boolean;
  },
): boolean {
  const isOpen = latest.has_items || latest.state !== "done";
  return isCompound(type) && latest.same_version && latest.same_arguments && latest.is_init_done && isOpen;
}

/** Reasons that leave what was done as it is: the same calls, once more. */
export const FAILED_REASONS: readonly (NeedReason | SkipReason)[] = ["failed", "interrupted", "stopped"];

export function isNeed(reason: NeedReason | SkipReason): reason is NeedReason {
  return reason !== "done" && reason !== "earlier_failed";
}
