import { InvalidInputError } from "@/server/contracts/errors";
import type { TypeFilters } from "@/server/contracts/image";
import { mergeTypeFilters } from "@/server/domain/images/filter";

/** The parts of a workflow task that decide which images it sees and what becomes of them. */
export type FlowStep = {
  readonly is_converter: boolean;
  readonly input_types: TypeFilters;
  readonly output_types: TypeFilters;
  readonly type_filters: TypeFilters;
};

export type FlowState = {
  /** Accumulated by the job's filters and the tasks before. */
  readonly current: TypeFilters;
  /** What an image must match to be an input of this task; for a converter, which has no input, `current`. */
  readonly effective: TypeFilters;
  /** `current` for the next task. */
  readonly after: TypeFilters;
};

/**
 * The types a task asks for: those of its manifest and those of the workflow.
 *
 * @throws InvalidInputError at `type_filters` if the two contradict each other.
 */
export function requireTypeFilters(inputTypes: TypeFilters, typeFilters: TypeFilters): TypeFilters {
  const merged = mergeTypeFilters(inputTypes, typeFilters);
  if (merged.ok) return merged.filters;
  const { key } = merged;
  const reason = `The task needs images with ${key} = ${inputTypes[key]}, so they cannot be filtered for ${key} = ${typeFilters[key]}.`;
  throw new InvalidInputError(reason, { [`type_filters.${key}`]: reason });
}

/**
 * Follow the type filters through a workflow.
 *
 * A task's own filters win over what earlier tasks produced and end with the task; its output types are
 * laid over the accumulated ones, converters included.
 *
 * @param steps   Workflow tasks in order, length N.
 * @param initial Type filters of the job; empty for the workflow alone.
 * @returns Length N, same order.
 * @throws InvalidInputError if a task's filters contradict its input types.
 * @see Runner specification §1.4, §1.12 example E.
 */
export function typeFlow(steps: readonly FlowStep[], initial: TypeFilters = {}): FlowState[] {
  let current = initial;
  return steps.map((step) => {
    const wanted = requireTypeFilters(step.input_types, step.type_filters);
    const effective = step.is_converter ? current : { ...current, ...wanted };
    const state = { current, effective, after: { ...current, ...step.output_types } };
    current = state.after;
    return state;
  });
}
