import { adminProcedure, protectedProcedure, router, sessionProcedure } from "@/server/api/trpc";
import { AssignProfileInput, CreateUserInput, SetPasswordInput } from "@/server/contracts/user";
import { assignProfile } from "@/server/services/user/assign-profile";
import { createUser } from "@/server/services/user/create";
import { getCurrentUser } from "@/server/services/user/get-current";
import { listWaitingUsers } from "@/server/services/user/list-waiting";
import { setPassword } from "@/server/services/user/set-password";
import { signOutEverywhere } from "@/server/services/user/sign-out-everywhere";

export const userRouter = router({
  me: protectedProcedure.query(({ ctx }) => getCurrentUser(ctx.service)),

  waiting: protectedProcedure.query(({ ctx }) => listWaitingUsers(ctx.service)),

  create: adminProcedure.input(CreateUserInput).mutation(({ ctx, input }) => createUser(ctx.service, input)),

  setPassword: sessionProcedure
    .input(SetPasswordInput)
    .mutation(({ ctx, input }) => setPassword(ctx.service, input)),

  assignProfile: adminProcedure
    .input(AssignProfileInput)
    .mutation(({ ctx, input }) => assignProfile(ctx.service, input)),

  signOutEverywhere: sessionProcedure.mutation(({ ctx }) => signOutEverywhere(ctx.service)),
});
