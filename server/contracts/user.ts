import { z } from "zod";
import { AbsolutePath, Id, NonEmptyString } from "./common";

export const Email = z.email("Must be an e-mail address.").transform((email) => email.toLowerCase());
/** 8 to 200 characters; the hash is argon2id. */
export const Password = z.string().min(8, "Use at least 8 characters.").max(200);
export const Credentials = z.object({ email: Email, password: z.string().min(1).max(200) });

export const CreateUserInput = z.strictObject({
  email: Email,
  password: Password,
  is_superuser: z.boolean().default(false),
  is_verified: z.boolean().default(true),
  is_guest: z.boolean().default(false),
  /** The first is the default place of new datasets. */
  project_dirs: z.array(AbsolutePath).min(1, "Give at least one folder."),
  slurm_accounts: z.array(NonEmptyString).default([]),
  profile_id: Id.nullish(),
});
export type CreateUserInput = z.input<typeof CreateUserInput>;

/** `current_password` is asked of people who change their own. */
export const SetPasswordInput = z.strictObject({
  user_id: Id,
  password: Password,
  current_password: z.string().max(200).optional(),
});
export type SetPasswordInput = z.input<typeof SetPasswordInput>;

export const AssignProfileInput = z.strictObject({ user_id: Id, profile_id: Id.nullable() });

/** Somebody who cannot work yet. */
export type WaitingUser = {
  id: number;
  email: string;
  is_verified: boolean;
  /** Null: has no profile. */
  profile_id: number | null;
  timestamp_created: string;
};

export type CurrentUser = {
  id: number;
  email: string;
  is_superuser: boolean;
  is_verified: boolean;
  is_guest: boolean;
  project_dirs: string[];
  /** Null: an administrator has not given a profile yet, so nothing can be run. */
  profile: {
    id: number;
    name: string;
    resource_id: number;
    resource_name: string;
    resource_type: string;
  } | null;
};
