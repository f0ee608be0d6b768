"use client";

import { useRouter } from "next/navigation";
import { startTransition } from "react";

import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { LinkButton } from "../ui/LinkButton";

type Props = {
  /** The digest is the number under which the server wrote the reason to its log. */
  error: Error & { digest?: string };
  reset: () => void;
};

/** A page that could not be made. The shell around it works on. */
export function PageError({ error, reset }: Props) {
  const router = useRouter();
  const tryAgain = () => {
    startTransition(() => {
      router.refresh();
      reset();
    });
  };
  return (
    <div className="max-w-[640px] px-(--gutter) py-5">
      <h1 className="mb-3 text-20 font-semibold">This page could not be shown</h1>
      <ErrorState
        title="The server could not put the page together."
        action={
          <>
            <Button size="sm" onClick={tryAgain}>
              Try again
            </Button>
            <LinkButton size="sm" variant="ghost" href="/">
              Go to Home
            </LinkButton>
          </>
        }
      >
        Nothing was changed, and running jobs go on.
        {error.digest !== undefined && (
          <>
            {" "}
            The reason is in the server’s log under <code>{error.digest}</code>.
          </>
        )}
      </ErrorState>
    </div>
  );
}
