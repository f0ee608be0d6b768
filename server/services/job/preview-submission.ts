import { isAppError } from "@/server/contracts/errors";
import type { ImageFilters } from "@/server/contracts/image";
import { SubmitJobInput } from "@/server/contracts/job";
import type { SubmitPreview } from "@/server/contracts/job";
import { isConverter } from "@/server/domain/tasks/calls";
import { typeFlow } from "@/server/domain/workflow/type-flow";
import type { ServiceContext } from "@/server/services/context";
import { countImages } from "@/server/services/image/counts";
import { matchingImages } from "@/server/services/image/filter";
import { checkSubmission, rangeOf } from "@/server/services/job/check-submission";
import { requireSubmission } from "@/server/services/job/queue-job";
import { stepsOf, toFlowStep } from "@/server/services/workflow/get";
import type { Step } from "@/server/services/workflow/get";

/**
 * What `submitJob` would do, and everything it would refuse. Only the first task's images are known before
 * the job runs; `images` is null for the others and for converters, which have no input images.
 */
export async function previewSubmission(ctx: ServiceContext, raw: SubmitJobInput): Promise<SubmitPreview> {
  const input = SubmitJobInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  const submission = { ...found, input, steps: await stepsOf(ctx, found.workflow.id) };
  const problems = (await checkSubmission(ctx.db, submission)).map((problem) => problem.message);
  const { first, last } = rangeOf(submission);
  const selected = submission.steps.slice(first, last + 1);
  const images = await firstTaskImages(ctx, found.dataset.id, input, selected[0]);
  if (images === 0)
    problems.push("No image of the dataset passes the filters of the first task, so the job would fail.");
  return {
    tasks: selected.map(({ row, task }, n) => ({
      order: row.order,
      name: row.alias ?? task.name,
      images: n === 0 ? images : null,
    })),
    problems,
  };
}

/** Null: no first task, a converter, or filters that contradict each other (which is a problem of its own). */
async function firstTaskImages(
  ctx: ServiceContext,
  datasetId: number,
  filters: ImageFilters,
  first: Step | undefined,
): Promise<number | null> {
  if (!first || isConverter(first.task.type)) return null;
  try {
    const [flow] = typeFlow([toFlowStep(first)], filters.type_filters);
    const { attribute_filters } = filters;
    return await countImages(
      ctx,
      matchingImages(datasetId, { type_filters: flow?.effective ?? {}, attribute_filters }),
    );
  } catch (err) {
    if (isAppError(err, "InvalidInput")) return null;
    throw err;
  }
}
