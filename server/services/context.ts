import type { Db, Queryable } from "@/db/client";
import type { UserRow } from "@/db/schema";

/** A person who is signed in; the hash never leaves the verbs that compare it. */
export type SessionUser = Omit<UserRow, "hashed_password">;

/** Who asks. `system` is the command line and the start-up of the server: administration only, no projects. */
export type Actor = { readonly kind: "user"; readonly user: SessionUser } | { readonly kind: "system" };

/** What every verb gets: where the data is, and on whose behalf. */
export type ServiceContext = { readonly db: Db; readonly actor: Actor };

/** For parts of a verb that work inside and outside a transaction. */
export type Scope = { readonly db: Queryable; readonly actor: Actor };

export const systemContext = (db: Db): ServiceContext => ({ db, actor: { kind: "system" } });
