"use client";

import { missingRights } from "@/components/auth/missing-rights";
import { Logo } from "@/components/shell/Logo";
import { Glyph } from "@/components/ui/Glyph";
import { Button } from "@/components/ui/Button";
import { KeyValues } from "@/components/ui/KeyValues";
import { signOut } from "@/components/trpc/session";
import type { CurrentUser } from "@/server/contracts/user";

/** Shown instead of every page while something is missing. */
export function NotAuthorised({ user }: { user: CurrentUser }) {
  const missing = missingRights(user);
  return (
    <main className="grid min-h-dvh place-items-center bg-bg p-6">
      <div className="w-full max-w-[480px] rounded-panel border border-line bg-surface p-6">
        <p className="flex items-center gap-2 text-15 font-[650] tracking-[-0.015em]">
          <Logo />
          Fractal
        </p>
        <h1 className="mt-6 text-20 font-semibold">Your account is not ready yet</h1>
        <ul className="mt-3 flex flex-col gap-2">
          {missing.map((sentence) => (
            <li key={sentence} className="flex gap-2">
              <Glyph kind="wait" className="mt-[3px]" />
              {sentence}
            </li>
          ))}
        </ul>
        <p className="mt-3 text-ink-2">
          Ask an administrator of this server and name the address below. Then load this page again: nothing
          else is needed.
        </p>
        <KeyValues
          className="mt-4"
          facts={[
            { label: "E-mail", value: user.email },
            { label: "Verified", value: user.is_verified ? "yes" : "not yet" },
            { label: "Profile", value: user.profile?.name ?? "none" },
            {
              label: "Project folders",
              value: user.project_dirs.length > 0 ? user.project_dirs.join(", ") : "none",
            },
          ]}
        />
        <div className="mt-5 flex justify-end gap-2">
          <Button variant="ghost" onClick={() => void signOut()}>
            Sign out
          </Button>
          <Button variant="solid" onClick={() => window.location.reload()}>
            Load again
          </Button>
        </div>
      </div>
    </main>
  );
}
