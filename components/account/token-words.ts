import type { TokenScope } from "@/server/contracts/token";

/** What a scope lets a script do, in words. */
export const SCOPE_WORDS: Readonly<Record<TokenScope, { label: string; help: string }>> = {
  read: { label: "Read", help: "Look at everything you can see, image files included." },
  write: { label: "Write", help: "Change projects, datasets, images and workflows; collect packages." },
  run: { label: "Run", help: "Submit, continue and stop jobs." },
  admin: { label: "Administer", help: "Use your powers as an administrator." },
};

export const EXPIRY_OPTIONS = [
  { value: "7", label: "in 7 days" },
  { value: "30", label: "in 30 days" },
  { value: "90", label: "in 90 days" },
  { value: "366", label: "in a year" },
] as const;
