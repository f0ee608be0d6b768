import { z } from "zod";
import { TaskOutputImage } from "../../contracts/image";
import type { TaskOutputImage as OutputImage } from "../../contracts/image";
import { ZarrUrl } from "../../contracts/common";

/** What a call of a task may return. Unknown keys beside the two lists are refused. */
const TaskOutputSchema = z.strictObject({
  image_list_updates: z.array(TaskOutputImage).default([]),
  image_list_removals: z.array(ZarrUrl).default([]),
});
export type TaskOutput = {
  readonly image_list_updates: readonly OutputImage[];
  readonly image_list_removals: readonly string[];
};

/**
 * Check the output of a parallel, non-parallel or compute call.
 *
 * @param raw Parsed JSON; null means that the task returned nothing, which is fine.
 * @returns The output with URLs and keys normalised; or one sentence that names path and reason.
 * @see runner specification §1.7
 */
export function parseTaskOutput(raw: unknown): { ok: true; output: TaskOutput } | { ok: false; why: string } {
  if (raw === null || raw === undefined)
    return { ok: true, output: { image_list_updates: [], image_list_removals: [] } };
  const parsed = TaskOutputSchema.safeParse(raw);
  if (parsed.success) return { ok: true, output: parsed.data };
  const problems = parsed.error.issues.slice(0, 3).map((issue) => {
    const path = issue.path.map(String).join(".");
    return path ? `${path}: ${issue.message}` : issue.message;
  });
  return { ok: false, why: `Validation of task output failed. ${problems.join(" ")}` };
}
