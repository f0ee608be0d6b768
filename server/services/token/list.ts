import { desc, eq } from "drizzle-orm";
import { apiTokens } from "@/db/schema";
import type { TokenView } from "@/server/contracts/token";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Without the hash. */
export const tokenColumns = {
  id: apiTokens.id,
  name: apiTokens.name,
  prefix: apiTokens.prefix,
  scopes: apiTokens.scopes,
  timestamp_created: apiTokens.timestamp_created,
  expires_at: apiTokens.expires_at,
  last_used_at: apiTokens.last_used_at,
};

/** The user's own, newest first, those that have expired too. */
export async function listTokens(ctx: ServiceContext): Promise<TokenView[]> {
  const user = requireUser(ctx);
  return ctx.db
    .select(tokenColumns)
    .from(apiTokens)
    .where(eq(apiTokens.user_id, user.id))
    .orderBy(desc(apiTokens.id));
}
