import { z } from "zod";
import { Email } from "@/server/contracts/user";
import type { UpdateUserInput, UserView } from "@/server/contracts/user";
import { linesOf } from "./user-words";

/** An account as a form holds it: lists are text with an entry a line. The server judges the entries. */
export const UserForm = z.object({
  email: Email,
  is_active: z.boolean(),
  is_verified: z.boolean(),
  is_superuser: z.boolean(),
  is_guest: z.boolean(),
  profile_id: z.string().nullable(),
  project_dirs: z.string().refine((text) => linesOf(text).length > 0, "Give at least one folder."),
  slurm_accounts: z.string(),
  /** Ids; check boxes hold text. */
  group_ids: z.array(z.string()),
});
export type UserForm = z.infer<typeof UserForm>;

export const formOf = (user: UserView): UserForm => ({
  email: user.email,
  is_active: user.is_active,
  is_verified: user.is_verified,
  is_superuser: user.is_superuser,
  is_guest: user.is_guest,
  profile_id: user.profile === null ? null : String(user.profile.id),
  project_dirs: user.project_dirs.join("\n"),
  slurm_accounts: user.slurm_accounts.join("\n"),
  group_ids: user.groups.map(({ id }) => String(id)),
});

/** Only what differs, so that what somebody else changed meanwhile stays. */
export function changesOf(before: UserForm, after: UserForm): Omit<UpdateUserInput, "user_id"> {
  const values = {
    email: after.email,
    is_active: after.is_active,
    is_verified: after.is_verified,
    is_superuser: after.is_superuser,
    is_guest: after.is_guest,
    profile_id: after.profile_id === null ? null : Number(after.profile_id),
    project_dirs: linesOf(after.project_dirs),
    slurm_accounts: linesOf(after.slurm_accounts),
    group_ids: after.group_ids.map(Number),
  };
  const isSame = (name: keyof UserForm) =>
    JSON.stringify(sorted(before[name])) === JSON.stringify(sorted(after[name]));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isSame(name as keyof UserForm)));
}

const sorted = (value: UserForm[keyof UserForm]) => (Array.isArray(value) ? [...value].sort() : value);
