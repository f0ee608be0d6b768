import { SubmitJobInput } from "@/server/contracts/job";
import type { ServiceContext } from "@/server/services/context";
import { checkSubmission } from "@/server/services/job/check-submission";
import { FIRST_RUN, queueJob, requireSubmission } from "@/server/services/job/queue-job";
import { stepsOf } from "@/server/services/workflow/get";

/**
 * Queues a job; a runner takes it from there.
 *
 * @throws ForbiddenError without the right to run jobs in the project; InvalidInputError naming the field or
 *   the task's argument; PreconditionError if the surroundings are in the way (busy dataset, closed resource).
 */
export async function submitJob(ctx: ServiceContext, raw: SubmitJobInput): Promise<{ job_id: number }> {
  const input = SubmitJobInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  return queueJob(ctx, found, async (tx) => {
    const submission = { ...found, input, steps: await stepsOf({ db: tx }, found.workflow.id) };
    return { submission, problems: await checkSubmission(tx, submission), continuation: FIRST_RUN };
  });
}
