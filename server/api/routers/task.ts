import { protectedProcedure, router } from "@/server/api/trpc";
import { ActivityIdInput, CollectInput, FindPackageInput, GetTaskInput } from "@/server/contracts/task";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "@/server/services/task/find-package";
import { getTask } from "@/server/services/task/get";
import { listTaskGroups } from "@/server/services/task/list-groups";

export const taskRouter = router({
  groups: protectedProcedure.query(({ ctx }) => listTaskGroups(ctx.service)),

  get: protectedProcedure.input(GetTaskInput).query(({ ctx, input }) => getTask(ctx.service, input)),

  activities: protectedProcedure.query(({ ctx }) => listActivities(ctx.service)),

  activity: protectedProcedure
    .input(ActivityIdInput)
    .query(({ ctx, input }) => getActivity(ctx.service, input)),

  findPackage: protectedProcedure
    .input(FindPackageInput)
    .query(({ ctx, input }) => findPackage(ctx.service, input)),

  collect: protectedProcedure
    .input(CollectInput)
    .mutation(({ ctx, input }) => collectPackage(ctx.service, input)),
});
