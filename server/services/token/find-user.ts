import { eq, getTableColumns, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { apiTokens, users } from "@/db/schema";
import { UnauthenticatedError } from "@/server/contracts/errors";
import type { TokenScope } from "@/server/contracts/token";
import { isToken, prefixOfToken } from "@/server/platform/token";
import type { SessionUser } from "@/server/services/context";

const { hashed_password: _, ...userColumns } = getTableColumns(users);

/**
 * The owner of a token and what it may be used for; remembers the use, at most once a minute.
 *
 * @throws UnauthenticatedError that says what is wrong with it. An unknown token and one of an account that is
 *   not active are told apart from an expired one only: its holder held the secret.
 */
export async function findTokenUser(
  db: Db,
  token: string,
): Promise<{ user: SessionUser; scopes: readonly TokenScope[] }> {
  const rows = await db
    .select({
      id: apiTokens.id,
      token_hash: apiTokens.token_hash,
      scopes: apiTokens.scopes,
      expires_at: apiTokens.expires_at,
      is_expired: sql<boolean>`${apiTokens.expires_at} <= now()`,
      is_noted: sql<boolean>`coalesce(${apiTokens.last_used_at} > now() - interval '1 minute', false)`,
      user: userColumns,
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.user_id))
    .where(eq(apiTokens.prefix, prefixOfToken(token)));
  const found = rows.find((row) => isToken(token, row.token_hash));
  if (!found?.user.is_active)
    throw new UnauthenticatedError("This API token is not known here: it was revoked, or never made.");
  if (found.is_expired)
    throw new UnauthenticatedError(
      `This API token expired on ${found.expires_at.slice(0, 10)}. Make a new one in your profile.`,
    );
  if (!found.is_noted)
    await db
      .update(apiTokens)
      .set({ last_used_at: sql`now()` })
      .where(eq(apiTokens.id, found.id));
  return { user: found.user, scopes: found.scopes };
}
