"use client";

import { useMutation } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { signOut } from "@/components/trpc/session";
import { Button } from "@/components/ui/Button";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";

export function SignOutEverywhere() {
  const [isOpen, setOpen] = useState(false);
  const end = useMutation(useTRPC().user.signOutEverywhere.mutationOptions());
  return (
    <div className="flex flex-wrap items-center gap-3 px-(--gutter) pb-6">
      <Button onClick={() => setOpen(true)}>
        <LogOut strokeWidth={1.75} />
        Sign out everywhere
      </Button>
      <p className="text-12 text-ink-3">For a computer that was left signed in, or one that is lost.</p>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Sign out everywhere?"
        confirmLabel="Sign out everywhere"
        danger={false}
        onConfirm={async () => {
          await end.mutateAsync();
          await signOut();
        }}
      >
        <p>
          Every browser that is signed in as you is signed out, this one too. Jobs go on, and so do scripts
          that use a token: revoke tokens one by one.
        </p>
      </ConfirmDialog>
    </div>
  );
}
