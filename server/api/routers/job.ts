import { protectedProcedure, router } from "@/server/api/trpc";
import { ContinueJobInput, ListNeedsInput, RetryJobInput } from "@/server/contracts/continue";
import {
  JobIdInput,
  ListJobsInput,
  PollJobInput,
  StopUnitsInput,
  SubmitJobInput,
} from "@/server/contracts/job";
import { continueJob, listNeeds, previewContinue } from "@/server/services/job/continue";
import { getJob, pollJob } from "@/server/services/job/get";
import { listJobs } from "@/server/services/job/list";
import { previewSubmission } from "@/server/services/job/preview-submission";
import { stopJob } from "@/server/services/job/stop";
import { previewRetry, retryJob } from "@/server/services/job/retry";
import { stopUnits } from "@/server/services/job/stop-units";
import { submitJob } from "@/server/services/job/submit";

export const jobRouter = router({
  list: protectedProcedure.input(ListJobsInput).query(({ ctx, input }) => listJobs(ctx.service, input)),

  get: protectedProcedure.input(JobIdInput).query(({ ctx, input }) => getJob(ctx.service, input)),

  poll: protectedProcedure.input(PollJobInput).query(({ ctx, input }) => pollJob(ctx.service, input)),

  preview: protectedProcedure
    .input(SubmitJobInput)
    .query(({ ctx, input }) => previewSubmission(ctx.service, input)),

  submit: protectedProcedure
    .meta({ scope: "run" })
    .input(SubmitJobInput)
    .mutation(({ ctx, input }) => submitJob(ctx.service, input)),

  previewContinue: protectedProcedure
    .input(ContinueJobInput)
    .query(({ ctx, input }) => previewContinue(ctx.service, input)),

  needs: protectedProcedure.input(ListNeedsInput).query(({ ctx, input }) => listNeeds(ctx.service, input)),

  continue: protectedProcedure
    .meta({ scope: "run" })
    .input(ContinueJobInput)
    .mutation(({ ctx, input }) => continueJob(ctx.service, input)),

  previewRetry: protectedProcedure
    .input(RetryJobInput)
    .query(({ ctx, input }) => previewRetry(ctx.service, input)),

  retry: protectedProcedure
    .meta({ scope: "run" })
    .input(RetryJobInput)
    .mutation(({ ctx, input }) => retryJob(ctx.service, input)),

  stop: protectedProcedure
    .meta({ scope: "run" })
    .input(JobIdInput)
    .mutation(({ ctx, input }) => stopJob(ctx.service, input)),

  stopUnits: protectedProcedure
    .meta({ scope: "run" })
    .input(StopUnitsInput)
    .mutation(({ ctx, input }) => stopUnits(ctx.service, input)),
});
