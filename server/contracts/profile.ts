/** Profile documents: as whom a user runs on a resource. Stored as sent. */
import { z } from "zod";
import { Id } from "./common";
import type { ResourceType } from "./enums";
import { DocumentName, DocumentPath, Line, sentAs, typeWords } from "./resource";

const absent = z.null().optional();

export const ProfileCreate = z.discriminatedUnion(
  "resource_type",
  [
    z.strictObject({
      resource_type: z.literal("local"),
      name: DocumentName,
      username: absent,
      ssh_key_path: absent,
      jobs_remote_dir: absent,
      tasks_remote_dir: absent,
      pixi_cache_dir: absent,
    }),
    z.strictObject({
      resource_type: z.literal("slurm_sudo"),
      name: DocumentName,
      /** Account for `sudo -u`. */
      username: Username(),
      ssh_key_path: absent,
      jobs_remote_dir: absent,
      tasks_remote_dir: absent,
      pixi_cache_dir: absent,
    }),
    z.strictObject({
      resource_type: z.literal("slurm_ssh"),
      name: DocumentName,
      /** Account to log in with. */
      username: Username(),
      /** Private key on this server. */
      ssh_key_path: DocumentPath,
      jobs_remote_dir: DocumentPath,
      tasks_remote_dir: DocumentPath,
      /** Null: `cache` in the folder of pixi. */
      pixi_cache_dir: DocumentPath.nullish(),
    }),
  ],
  { error: typeWords },
);
/** A document, as it is sent, stored and shown. */
export type ProfileDocument = z.input<typeof ProfileCreate>;

/** It becomes an argument of `sudo` and `ssh`: never an option, never root. */
function Username() {
  return Line.refine(
    (name) => name.trim() === "" || /^[A-Za-z_][A-Za-z0-9_.@-]*\$?$/.test(name),
    "Must be an account name: letters, digits and _ . @ - only, and it starts with a letter.",
  ).refine((name) => name !== "root", "Must not be root: tasks would run with all rights of the machine.");
}

export const CreateProfileInput = z.strictObject({ resource_id: Id, document: sentAs<ProfileDocument>() });
export type CreateProfileInput = z.input<typeof CreateProfileInput>;
export const ProfileIdInput = z.strictObject({ profile_id: Id });
export const UpdateProfileInput = z.strictObject({
  profile_id: Id,
  /** The version that was edited. */
  version: z.int().nonnegative(),
  document: sentAs<ProfileDocument>(),
});
export type UpdateProfileInput = z.input<typeof UpdateProfileInput>;
export const ListProfilesInput = z.strictObject({
  /** Absent: of all resources. */
  resource_id: Id.optional(),
});
export type ListProfilesInput = z.input<typeof ListProfilesInput>;

export type ProfileSummary = {
  id: number;
  name: string;
  resource_id: number;
  resource_name: string;
  resource_type: ResourceType;
  /** Null exactly on `local`. */
  username: string | null;
  users: number;
  timestamp_created: string;
};

export type ProfileView = ProfileSummary & {
  document: ProfileDocument;
  version: number;
  /** Null: not changed since it was created. */
  timestamp_changed: string | null;
  /** E-mail; null: the server itself. */
  changed_by: string | null;
  /** E-mails of the people who have it. */
  user_emails: string[];
  active_jobs: number;
};
