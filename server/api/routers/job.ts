import { protectedProcedure, router } from "@/server/api/trpc";
import { JobIdInput, ListJobsInput, PollJobInput, SubmitJobInput } from "@/server/contracts/job";
import { getJob, pollJob } from "@/server/services/job/get";
import { listJobs } from "@/server/services/job/list";
import { previewSubmission } from "@/server/services/job/preview-submission";
import { requestStop } from "@/server/services/job/request-stop";
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

  stop: protectedProcedure
    .meta({ scope: "run" })
    .input(JobIdInput)
    .mutation(({ ctx, input }) => requestStop(ctx.service, input)),
});
