import type { CurrentUser } from "@/server/contracts/user";

/**
 * What an account lacks before it can be used, in sentences; empty when it is ready. Administrators need no
 * profile: they are the ones who make it.
 */
export function missingRights(user: Pick<CurrentUser, "is_verified" | "is_superuser" | "profile">): string[] {
  return [
    ...(user.is_verified ? [] : ["Your account has not been verified yet."]),
    ...(user.profile || user.is_superuser
      ? []
      : ["Your account has no compute profile: it does not say on which computer your work runs."]),
  ];
}
