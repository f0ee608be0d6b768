import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { apiTokens } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { RevokeTokenInput } from "@/server/contracts/token";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** The next request that shows it is refused. @throws NotFoundError for other people's tokens too. */
export async function revokeToken(
  ctx: ServiceContext,
  raw: z.input<typeof RevokeTokenInput>,
): Promise<{ token_id: number }> {
  const user = requireUser(ctx);
  const { token_id } = RevokeTokenInput.parse(raw);
  const deleted = await ctx.db
    .delete(apiTokens)
    .where(and(eq(apiTokens.id, token_id), eq(apiTokens.user_id, user.id)))
    .returning({ id: apiTokens.id });
  if (!maybeOne(deleted)) throw new NotFoundError("Token", token_id);
  return { token_id };
}
