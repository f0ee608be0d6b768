import { index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { TokenScope } from "../../server/contracts/token";
import { id, instant, ref, timestampCreated } from "../columns";
import { users } from "./user";

/** What a script shows instead of a session. Written by its owner; a revoked token is deleted. */
export const apiTokens = pgTable(
  "api_token",
  {
    id: id(),
    user_id: ref()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** First characters of the secret, which find the row. */
    prefix: text().notNull(),
    /** SHA-256 of the whole token, hexadecimal. Its 256 random bits need no slow hash. */
    token_hash: text().notNull(),
    scopes: text().array().$type<TokenScope[]>().notNull(),
    expires_at: instant().notNull(),
    /** Written at most once a minute; null: never used. */
    last_used_at: instant(),
    ...timestampCreated,
  },
  (t) => [
    // Finds the token of a request.
    index("api_token_prefix_idx").on(t.prefix),
    uniqueIndex("api_token_user_id_name_key").on(t.user_id, t.name),
  ],
);
export type ApiTokenRow = typeof apiTokens.$inferSelect;
