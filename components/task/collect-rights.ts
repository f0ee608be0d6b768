import type { CurrentUser } from "@/server/contracts/user";

/** Why this account may not collect packages, and what to do about it; undefined: it may. Pure. */
export function whyNotCollect(user: Pick<CurrentUser, "is_guest" | "profile">): string | undefined {
  if (user.is_guest)
    return "Guest accounts can only read. Ask an administrator to collect the package, or to make yours a full account.";
  if (user.profile === null)
    return "Your account has no compute profile, so there is no computer to install packages on. Ask an administrator to give you one.";
  if (user.profile.resource_type !== "local")
    return `Packages cannot be collected on '${user.profile.resource_name}' yet: it is of type ${user.profile.resource_type}.`;
  return undefined;
}
