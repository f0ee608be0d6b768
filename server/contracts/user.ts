import { z } from "zod";

export const Email = z.email("Must be an e-mail address.").transform((email) => email.toLowerCase());
/** 8 to 200 characters; the hash is argon2id. */
export const Password = z.string().min(8, "Use at least 8 characters.").max(200);
export const Credentials = z.object({ email: Email, password: z.string().min(1).max(200) });

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
