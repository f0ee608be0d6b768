import { isAppError } from "@/server/contracts/errors";
import { ContinueJobInput, ListNeedsInput } from "@/server/contracts/continue";
import type { ContinuePreview, NeedPage, NeedRow } from "@/server/contracts/continue";
import { isConverter } from "@/server/domain/tasks/calls";
import type { z } from "zod";
import { sql } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { imageNeeds } from "@/db/image-needs";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { at, checkSubmission } from "@/server/services/job/check-submission";
import { planContinue } from "@/server/services/job/plan-continue";
import type { ContinuePlan } from "@/server/services/job/plan-continue";
import { queueJob, requireSubmission } from "@/server/services/job/queue-job";
import type { Found, PlannedJob } from "@/server/services/job/queue-job";
import { stepsOf } from "@/server/services/workflow/get";

/**
 * Queues a job that works on what is missing, from the earliest task on. What is missing is determined again
 * when each task starts, so nothing is done twice even if the preview is old.
 *
 * @throws As `submitJob`; PreconditionError if nothing is missing.
 */
export async function continueJob(ctx: ServiceContext, raw: ContinueJobInput): Promise<{ job_id: number }> {
  const input = ContinueJobInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  return queueJob(ctx, found, (tx) => planJob(tx, found, input));
}

/** What `continueJob` would do and why, and everything it would refuse. */
export async function previewContinue(ctx: ServiceContext, raw: ContinueJobInput): Promise<ContinuePreview> {
  const input = ContinueJobInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  const { plan, problems } = await planJob(ctx.db, found, input);
  return {
    continues_job_id: plan?.continues?.id ?? null,
    first_task_index: plan?.first ?? 0,
    last_task_index: plan?.last ?? 0,
    attribute_filters: plan?.attribute_filters ?? {},
    tasks: plan?.tasks ?? [],
    units: unitsOf(plan),
    problems: problems.map(({ message }) => message),
  };
}

/** The images behind the counts: a page of those that a task would get, or leave, in list order. */
export async function listNeeds(ctx: ServiceContext, raw: z.input<typeof ListNeedsInput>): Promise<NeedPage> {
  const { order, reasons, offset, limit, ...input } = ListNeedsInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  const steps = await stepsOf(ctx, found.workflow.id);
  const plan = await planContinue(ctx.db, { ...found, steps, input });
  const n = plan.chain.findIndex((task) => task.order === order);
  if (n === -1) return { items: [], matching: 0 };
  const need = sql.raw(`need_${n}`);
  const words = reasons?.map((reason) => sql`${reason}`) ?? [];
  const isWanted = words.length > 0 ? sql`reason IN (${sql.join(words, sql`, `)})` : sql`true`;
  const chain = imageNeeds(found.dataset.id, plan.chain.slice(0, n + 1));
  const rows = await rowsOf<NeedRow & { matching: number }>(
    ctx.db,
    sql`${chain} SELECT n.image_id, n.zarr_url, n.reason, n.unit_id, r.job_id, (SELECT count(*)::int FROM ${need} WHERE ${isWanted}) AS matching
      FROM (SELECT * FROM ${need} WHERE ${isWanted} ORDER BY position LIMIT ${limit} OFFSET ${offset}) n
      LEFT JOIN history_unit u ON u.id = n.unit_id LEFT JOIN history_run r ON r.id = u.history_run_id
      ORDER BY n.position`,
  );
  return {
    items: rows.map(({ matching: _, ...row }) => row),
    matching: rows[0]?.matching ?? 0,
  };
}

type Input = z.output<typeof ContinueJobInput>;

async function planJob(
  db: Queryable,
  found: Found,
  input: Input,
): Promise<PlannedJob & { plan: ContinuePlan | null }> {
  const steps = await stepsOf({ db }, found.workflow.id);
  const plan = await tryPlan(db, { ...found, steps, input });
  const submission = {
    ...found,
    steps,
    input: {
      first_task_index: input.first_task_index ?? plan?.first,
      last_task_index: input.last_task_index ?? plan?.last,
      attribute_filters: plan?.attribute_filters ?? {},
      type_filters: plan?.type_filters ?? {},
    },
  };
  const problems = await checkSubmission(db, submission);
  if (problems.length === 0 && plan !== null && unitsOf(plan) === 0)
    problems.push(at(null, nothingMissing(plan)));
  const continuation = {
    mode: "continue" as const,
    continues_job_id: plan?.continues?.id ?? null,
    retries_run_id: null,
  };
  return { plan, submission, problems, continuation };
}

/** Null: type filters that contradict a task, which the checks of the submission name. */
async function tryPlan(db: Queryable, of: Parameters<typeof planContinue>[1]): Promise<ContinuePlan | null> {
  if (of.steps.length === 0) return null;
  try {
    return await planContinue(db, of);
  } catch (err) {
    if (isAppError(err, "InvalidInput")) return null;
    throw err;
  }
}

const unitsOf = (plan: ContinuePlan | null) => (plan?.tasks ?? []).reduce((sum, { units }) => sum + units, 0);

function nothingMissing({ tasks }: ContinuePlan): string {
  const left = tasks.flatMap(({ reasons }) => reasons).some(({ reason }) => reason === "earlier_failed");
  if (left)
    return "An earlier task is not done for any of these images, so there is nothing to work on. Begin with that task.";
  const idle = tasks.find(({ task_type, images }) => !isConverter(task_type) && images === 0);
  return idle
    ? `No image matches what task ${idle.order + 1} '${idle.name}' works on. A task that changes images in place marks them as done; to do it again, change their types back on the page of the dataset.`
    : "Nothing is missing: every image is done with these arguments and this version. Use Run to do it all again.";
}
