import { adminProcedure, protectedProcedure, router, sessionProcedure } from "@/server/api/trpc";
import { CreateUserInput, SetPasswordInput, UpdateUserInput, UserIdInput } from "@/server/contracts/user";
import { createUser } from "@/server/services/user/create";
import { getCurrentUser } from "@/server/services/user/get-current";
import { listWaitingUsers } from "@/server/services/user/list-waiting";
import { getUser, listUsers } from "@/server/services/user/list";
import { setPassword } from "@/server/services/user/set-password";
import { signOutEverywhere } from "@/server/services/user/sign-out-everywhere";
import { updateUser } from "@/server/services/user/update";

export const userRouter = router({
  me: protectedProcedure.query(({ ctx }) => getCurrentUser(ctx.service)),

  waiting: adminProcedure.query(({ ctx }) => listWaitingUsers(ctx.service)),

  create: adminProcedure.input(CreateUserInput).mutation(({ ctx, input }) => createUser(ctx.service, input)),

  setPassword: sessionProcedure
    .input(SetPasswordInput)
    .mutation(({ ctx, input }) => setPassword(ctx.service, input)),

  list: adminProcedure.query(({ ctx }) => listUsers(ctx.service)),

  get: adminProcedure.input(UserIdInput).query(({ ctx, input }) => getUser(ctx.service, input)),

  update: adminProcedure.input(UpdateUserInput).mutation(({ ctx, input }) => updateUser(ctx.service, input)),

  signOutEverywhere: sessionProcedure.mutation(({ ctx }) => signOutEverywhere(ctx.service)),
});
