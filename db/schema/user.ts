import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { id, ref, timestampCreated } from "../columns";
import { profiles } from "./resource";

/** A person who may log in. Written by administrators (cli, quickstart, admin pages) and by sign-out. */
export const users = pgTable(
  "user_account",
  {
    id: id(),
    /** Lower case; the log-in name. */
    email: text().notNull(),
    /** argon2id; null: no password log-in (institute account only). */
    hashed_password: text(),
    is_active: boolean().notNull().default(true),
    is_superuser: boolean().notNull().default(false),
    is_verified: boolean().notNull().default(false),
    is_guest: boolean().notNull().default(false),
    /** Null: no access to compute yet. */
    profile_id: ref().references(() => profiles.id, { onDelete: "restrict" }),
    /** Folders under which the user's datasets may live; the first is the default. Never empty. */
    project_dirs: text().array().notNull(),
    slurm_accounts: text().array().notNull().default([]),
    /** Raised by deactivation, password change and "sign out everywhere": older sessions end. */
    session_epoch: integer().notNull().default(0),
    ...timestampCreated,
  },
  (t) => [
    uniqueIndex("user_account_email_key").on(sql`lower(${t.email})`),
    check("user_account_superuser_is_not_guest", sql`NOT (${t.is_superuser} AND ${t.is_guest})`),
    check("user_account_has_project_dir", sql`cardinality(${t.project_dirs}) > 0`),
  ],
);
export type UserRow = typeof users.$inferSelect;

/** An account at the institute's log-in that belongs to a user. Written at the first log-in with it. */
export const userIdentities = pgTable(
  "user_identity",
  {
    id: id(),
    user_id: ref()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Address of the OpenID Connect provider. */
    issuer: text().notNull(),
    /** The provider's name for the person, which never changes; e-mail addresses do. */
    subject: text().notNull(),
    ...timestampCreated,
  },
  (t) => [
    uniqueIndex("user_identity_issuer_subject_key").on(t.issuer, t.subject),
    index("user_identity_user_id_idx").on(t.user_id),
  ],
);
