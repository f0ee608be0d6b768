import { sql } from "drizzle-orm";
import { one } from "@/db/rows";
import { apiTokens } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import { CreateTokenInput } from "@/server/contracts/token";
import type { CreatedToken } from "@/server/contracts/token";
import { hashToken, newToken, prefixOfToken } from "@/server/platform/token";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";
import { tokenColumns } from "@/server/services/token/list";

/** @throws InvalidInputError at `name` for a second token of this name, at `scopes` for powers the user lacks. */
export async function createToken(ctx: ServiceContext, raw: CreateTokenInput): Promise<CreatedToken> {
  const user = requireUser(ctx);
  const { name, scopes, expires_in_days } = CreateTokenInput.parse(raw);
  if (scopes.includes("admin") && !user.is_superuser)
    throw refusal("scopes", "Only administrators can give a token the scope 'admin'.");
  const token = newToken();
  try {
    const rows = await ctx.db
      .insert(apiTokens)
      .values({
        user_id: user.id,
        name,
        prefix: prefixOfToken(token),
        token_hash: hashToken(token),
        scopes: [...new Set(scopes)],
        // The database's clock decides, as it does when the token is used.
        expires_at: sql`now() + make_interval(days => ${expires_in_days})`,
      })
      .returning(tokenColumns);
    return { ...one(rows), token };
  } catch (err) {
    if (isUniqueViolation(err, "api_token_user_id_name_key"))
      throw refusal("name", `You have a token called '${name}' already. Revoke it, or choose another name.`);
    throw err;
  }
}

const refusal = (field: string, reason: string) => new InvalidInputError(reason, { [field]: reason });
