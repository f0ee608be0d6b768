import { router, sessionProcedure } from "@/server/api/trpc";
import { CreateTokenInput, RevokeTokenInput } from "@/server/contracts/token";
import { createToken } from "@/server/services/token/create";
import { listTokens } from "@/server/services/token/list";
import { revokeToken } from "@/server/services/token/revoke";

export const tokenRouter = router({
  list: sessionProcedure.query(({ ctx }) => listTokens(ctx.service)),

  create: sessionProcedure
    .input(CreateTokenInput)
    .mutation(({ ctx, input }) => createToken(ctx.service, input)),

  revoke: sessionProcedure
    .input(RevokeTokenInput)
    .mutation(({ ctx, input }) => revokeToken(ctx.service, input)),
});
