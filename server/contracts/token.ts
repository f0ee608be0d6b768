/** API tokens: what scripts show instead of a session. */
import { z } from "zod";
import { Id, NonEmptyString } from "./common";
import type { Instant } from "./common";

/**
 * What a token may be used for; a procedure asks for one of them, see `server/api/trpc.ts`. None includes another.
 *
 *     read   look at everything that its owner may see
 *     write  change projects, datasets, workflows; collect packages
 *     run    submit, continue and stop jobs
 *     admin  use the powers of an administrator, if its owner is one
 */
export const TOKEN_SCOPES = ["read", "write", "run", "admin"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export const MAX_TOKEN_DAYS = 366;

export const CreateTokenInput = z.strictObject({
  /** What it is for: "nightly import". One token of a user per name. */
  name: NonEmptyString.max(100, "Use at most 100 characters."),
  scopes: z.array(z.enum(TOKEN_SCOPES)).min(1, "Choose at least one scope."),
  expires_in_days: z
    .int("Must be a whole number of days.")
    .min(1, "Must be 1 day or more.")
    .max(MAX_TOKEN_DAYS, `Must be at most ${MAX_TOKEN_DAYS} days.`),
});
export type CreateTokenInput = z.input<typeof CreateTokenInput>;

export const RevokeTokenInput = z.strictObject({ token_id: Id });

export type TokenView = {
  id: number;
  name: string;
  /** First characters, to tell which one a script holds. */
  prefix: string;
  scopes: TokenScope[];
  timestamp_created: Instant;
  expires_at: Instant;
  /** Exact to a minute; null: never used. */
  last_used_at: Instant | null;
};

/** `token` is the whole secret. It is shown this once: only its hash is stored. */
export type CreatedToken = TokenView & { token: string };
