import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";

const FRESH_MS = 5_000;
const MAX_RETRIES = 2;

type Options = {
  /** Called when the server says that the session has ended; browsers only. */
  onSignedOut?: () => void;
};

/** Shared by pages on the server (one client per request) and by the browser (one per tab). */
export function makeQueryClient({ onSignedOut }: Options = {}): QueryClient {
  const onError = (err: unknown) => {
    if (codeOf(err) === "UNAUTHORIZED") onSignedOut?.();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // What a page brought along is not asked for again as soon as the browser takes over.
        staleTime: FRESH_MS,
        retry: (count, err) => count < MAX_RETRIES && isWorthRetrying(err),
      },
    },
  });
}

/** tRPC's word for a failure ("NOT_FOUND"); null for a broken connection and other errors. */
export function codeOf(err: unknown): string | null {
  if (!(err instanceof TRPCClientError)) return null;
  const code = (err.data as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : null;
}

/** Reasons by field (dotted path), for forms; empty where no field is at fault. */
export function fieldsOf(err: unknown): Readonly<Record<string, string>> {
  if (!(err instanceof TRPCClientError)) return {};
  return (err.data as { fields?: Record<string, string> } | undefined)?.fields ?? {};
}

/** The server's answer will not change by asking again; a lost connection may. */
function isWorthRetrying(err: unknown): boolean {
  const code = codeOf(err);
  return err instanceof TRPCClientError && (code === null || code === "INTERNAL_SERVER_ERROR");
}
