import type { CurrentUser } from "@/server/contracts/user";

/** What an account lacks before it can be used, in sentences; empty when it is ready. */
export function missingRights(user: Pick<CurrentUser, "is_verified" | "profile">): string[] {
  return [
    ...(user.is_verified ? [] : ["Your account has not been verified yet."]),
    ...(user.profile
      ? []
      : ["Your account has no compute profile: it does not say on which computer your work runs."]),
  ];
}
