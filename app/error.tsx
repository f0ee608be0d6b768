"use client";

import { PageError } from "@/components/shell/PageError";

/** The shell itself could not be made, for instance because the database does not answer. */
export default function RootError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="grid min-h-dvh place-items-center bg-bg">
      <PageError {...props} />
    </main>
  );
}
