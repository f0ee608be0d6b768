import { protectedProcedure, router } from "@/server/api/trpc";
import { ActivityIdInput, CollectWheelInput, GetTaskInput } from "@/server/contracts/task";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectWheel } from "@/server/services/task/collect-wheel";
import { getTask } from "@/server/services/task/get";
import { listTaskGroups } from "@/server/services/task/list-groups";

export const taskRouter = router({
  groups: protectedProcedure.query(({ ctx }) => listTaskGroups(ctx.service)),

  get: protectedProcedure.input(GetTaskInput).query(({ ctx, input }) => getTask(ctx.service, input)),

  activities: protectedProcedure.query(({ ctx }) => listActivities(ctx.service)),

  activity: protectedProcedure
    .input(ActivityIdInput)
    .query(({ ctx, input }) => getActivity(ctx.service, input)),

  collectWheel: protectedProcedure
    .input(CollectWheelInput)
    .mutation(({ ctx, input }) => collectWheel(ctx.service, input)),
});
