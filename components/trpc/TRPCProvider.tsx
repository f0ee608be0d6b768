"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, httpLink, splitLink } from "@trpc/client";
import { useState } from "react";
import type { ReactNode } from "react";
import { TRPCContextProvider } from "@/components/trpc/client";
import { makeQueryClient } from "@/components/trpc/query-client";
import type { AppRouter } from "@/server/api/root";

/** Longer batches are split: proxies refuse addresses above about 8 KB. */
const MAX_URL_LENGTH = 6_000;

/** Goes around everything that asks the server. */
export function TRPCProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => makeQueryClient({ onSignedOut: goToLogin }));
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: ({ context }) => context["alone"] === true,
          true: httpLink({ url: "/api/trpc" }),
          false: httpBatchLink({ url: "/api/trpc", maxURLLength: MAX_URL_LENGTH }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCContextProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCContextProvider>
    </QueryClientProvider>
  );
}

/** A full load on purpose: nothing of the ended session may stay in memory. */
function goToLogin() {
  if (typeof window === "undefined" || window.location.pathname === "/login") return;
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?${new URLSearchParams({ next: here, notice: "session-ended" })}`);
}
