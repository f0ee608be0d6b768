import type { UserView } from "@/server/contracts/user";

/** What an account can do now, in two words, with the state whose colour it has. */
export function userState(user: Pick<UserView, "is_active" | "is_verified" | "profile">): {
  state: "done" | "waiting" | "stopped";
  word: string;
} {
  if (!user.is_active) return { state: "stopped", word: "switched off" };
  if (!user.is_verified) return { state: "waiting", word: "not verified" };
  if (user.profile === null) return { state: "waiting", word: "no profile" };
  return { state: "done", word: "ready" };
}

export const USER_FILTERS = [
  { value: "all", label: "All", matches: () => true },
  {
    value: "waiting",
    label: "Waiting",
    matches: (user: UserView) => userState(user).state === "waiting",
  },
  { value: "admins", label: "Administrators", matches: (user: UserView) => user.is_superuser },
  { value: "guests", label: "Guests", matches: (user: UserView) => user.is_guest },
  { value: "off", label: "Switched off", matches: (user: UserView) => !user.is_active },
] as const;

/** One entry a line, empty lines dropped; what people type into a text area. */
export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** How the owner of an account can log in. */
export function loginWords(user: Pick<UserView, "has_password" | "has_institute_account">): string {
  if (user.has_password && user.has_institute_account) return "password, or the institute’s account";
  if (user.has_password) return "password";
  if (user.has_institute_account) return "the institute’s account";
  return "the institute’s account, once it was used; there is no password";
}
