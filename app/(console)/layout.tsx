import { cookies } from "next/headers";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { missingRights } from "@/components/auth/missing-rights";
import { NotAuthorised } from "@/components/auth/NotAuthorised";
import { ACTIVE_JOBS_INPUT } from "@/components/home/active-jobs";
import { ConsoleShell } from "@/components/shell/ConsoleShell";
import { SIDEBAR_COOKIE } from "@/components/shell/theme";
import { TRPCProvider } from "@/components/trpc/TRPCProvider";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const queryClient = getQueryClient();
  const user = await load(queryClient.query(trpc.user.me.queryOptions()));
  if (missingRights(user).length > 0) return <NotAuthorised user={user} />;

  const [jar] = await Promise.all([
    cookies(),
    load(queryClient.query(trpc.resource.status.queryOptions())),
    load(queryClient.query(trpc.job.list.queryOptions(ACTIVE_JOBS_INPUT))),
  ]);
  return (
    <TRPCProvider>
      <NuqsAdapter>
        <HydrateClient>
          <ConsoleShell
            email={user.email}
            isSuperuser={user.is_superuser}
            initiallyCollapsed={jar.get(SIDEBAR_COOKIE)?.value === "1"}
          >
            {children}
          </ConsoleShell>
        </HydrateClient>
      </NuqsAdapter>
    </TRPCProvider>
  );
}
