"use client";

import { Landmark } from "lucide-react";
import { useState } from "react";
import { signInWithInstitute } from "@/components/trpc/session";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";

/** The way in that needs no password of ours; stands above the form. */
export function InstituteButton({ name, next }: { name: string; next: string }) {
  const [state, setState] = useState<"idle" | "leaving" | "refused">("idle");
  const leave = async () => {
    setState("leaving");
    if (!(await signInWithInstitute(next))) setState("refused");
  };
  return (
    <div className="mb-5">
      <Button className="w-full md:h-9!" pending={state === "leaving"} onClick={() => void leave()}>
        <Landmark strokeWidth={1.75} />
        Continue with {name}
      </Button>
      {state === "refused" && (
        <Callout tone="fail" announce className="mt-3" title="Your institute’s log-in does not answer.">
          Try again in a minute, or use your password.
        </Callout>
      )}
      <p className="mt-5 flex items-center gap-3 text-12 text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or with a password
      </p>
    </div>
  );
}
