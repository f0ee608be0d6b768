/** Which units run again by themselves (engine specification §6). */
import type { AttemptState, UnitKind } from "../../contracts/enums";

/** Launches of a batch that never began after which we stop trying and say so. */
export const MAX_FAILED_LAUNCHES = 3;
const MAX_INTERRUPTIONS = 2;

/**
 * @param outcome           How the attempt ended without an end line.
 * @param interruptions     Attempts of this unit that were interrupted, this one included.
 * @param failedLaunches    Launches of batches with this unit in which nothing began, this one included.
 * @param rerunInterrupted  `meta.rerun_interrupted`; undefined: the rule decides.
 */
export function decideRerun(input: {
  outcome: Extract<AttemptState, "interrupted" | "never_started">;
  kind: UnitKind;
  isStateChange: boolean;
  interruptions: number;
  failedLaunches: number;
  rerunInterrupted: boolean | undefined;
}): "again" | "fail" {
  if (input.outcome === "never_started") return input.failedLaunches < MAX_FAILED_LAUNCHES ? "again" : "fail";
  const isAllowed = input.rerunInterrupted ?? (!input.isStateChange && input.kind === "unit");
  return isAllowed && input.interruptions <= MAX_INTERRUPTIONS ? "again" : "fail";
}
