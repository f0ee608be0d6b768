import { z } from "zod";
import { AbsolutePath, Id, NonEmptyString } from "./common";
import type { Instant } from "./common";

export const Email = z.email("Must be an e-mail address.").transform((email) => email.toLowerCase());
/** 8 to 200 characters; the hash is argon2id. */
export const Password = z.string().min(8, "Use at least 8 characters.").max(200);
export const Credentials = z.object({ email: Email, password: z.string().min(1).max(200) });

/** Folders below which a person's datasets may lie; the first is the default place of new ones. */
const ProjectDirs = z
  .array(AbsolutePath)
  .min(1, "Give at least one folder.")
  .refine((dirs) => new Set(dirs).size === dirs.length, "Names a folder twice.");

const SlurmAccounts = z
  .array(NonEmptyString.regex(/^[A-Za-z0-9_.-]+$/, "Use letters, digits, dots, dashes and underscores only."))
  .refine((accounts) => new Set(accounts).size === accounts.length, "Names an account twice.");

export const CreateUserInput = z.strictObject({
  email: Email,
  /** Absent: only the institute's account opens it. */
  password: Password.optional(),
  is_superuser: z.boolean().default(false),
  is_verified: z.boolean().default(true),
  is_guest: z.boolean().default(false),
  project_dirs: ProjectDirs,
  slurm_accounts: SlurmAccounts.default([]),
  profile_id: Id.nullish(),
});
export type CreateUserInput = z.input<typeof CreateUserInput>;

/** Absent keys stay. */
export const UpdateUserInput = z.strictObject({
  user_id: Id,
  /** A new address has to be verified again, unless `is_verified` is sent with it or the account is one's own. */
  email: Email.optional(),
  /** False ends every session and closes every token at once; jobs go on. */
  is_active: z.boolean().optional(),
  is_superuser: z.boolean().optional(),
  is_verified: z.boolean().optional(),
  is_guest: z.boolean().optional(),
  /** Null takes the access to compute away; running jobs go on. */
  profile_id: Id.nullable().optional(),
  project_dirs: ProjectDirs.optional(),
  slurm_accounts: SlurmAccounts.optional(),
  /** The complete new membership. */
  group_ids: z.array(Id).optional(),
});
export type UpdateUserInput = z.input<typeof UpdateUserInput>;

export const UserIdInput = z.strictObject({ user_id: Id });

/** An account as administrators see it. */
export type UserView = {
  id: number;
  email: string;
  is_active: boolean;
  is_superuser: boolean;
  is_verified: boolean;
  is_guest: boolean;
  profile: { id: number; name: string; resource_name: string } | null;
  project_dirs: string[];
  slurm_accounts: string[];
  groups: { id: number; name: string }[];
  /** How the person can log in. */
  has_password: boolean;
  has_institute_account: boolean;
  /** API tokens that have not expired. */
  tokens: number;
  timestamp_created: Instant;
};

/** `current_password` is asked of people who change their own. */
export const SetPasswordInput = z.strictObject({
  user_id: Id,
  password: Password,
  current_password: z.string().max(200).optional(),
});
export type SetPasswordInput = z.input<typeof SetPasswordInput>;

/** Somebody who cannot work yet. */
export type WaitingUser = {
  id: number;
  email: string;
  is_verified: boolean;
  /** Null: has no profile. */
  profile_id: number | null;
  timestamp_created: Instant;
};

export type CurrentUser = {
  id: number;
  email: string;
  is_superuser: boolean;
  is_verified: boolean;
  is_guest: boolean;
  project_dirs: string[];
  slurm_accounts: string[];
  groups: { id: number; name: string }[];
  /** Null: an administrator has not given a profile yet, so nothing can be run. */
  profile: {
    id: number;
    name: string;
    resource_id: number;
    resource_name: string;
    resource_type: string;
  } | null;
};
