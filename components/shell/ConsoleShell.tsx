"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useActiveJobs } from "@/components/home/use-active-jobs";
import { useTRPC } from "@/components/trpc/client";
import { signOut } from "@/components/trpc/session";
import { formatDuration } from "@/components/ui/format";
import type { ResourceStatus } from "@/server/contracts/resource";
import { AppShell } from "./AppShell";
import type { ShellResource } from "./ResourceState";

const STATUS_POLL_MS = 10_000;
/** A runner reports every few seconds; after this long nobody hears us. */
const SILENT_AFTER_SECONDS = 30;

type Props = { email: string; isSuperuser: boolean; initiallyCollapsed: boolean; children: ReactNode };

/** The shell with its live parts: running jobs and the user's resource. */
export function ConsoleShell({ email, isSuperuser, initiallyCollapsed, children }: Props) {
  const status = useQuery(
    useTRPC().resource.status.queryOptions(undefined, { refetchInterval: STATUS_POLL_MS }),
  );
  const activeJobs = useActiveJobs();
  return (
    <AppShell
      user={{ email }}
      isSuperuser={isSuperuser}
      runningJobs={activeJobs?.length ?? 0}
      resource={status.data ? shellResource(status.data, status.isError) : null}
      onSignOut={() => void signOut()}
      initiallyCollapsed={initiallyCollapsed}
    >
      {children}
    </AppShell>
  );
}

function shellResource(status: ResourceStatus, isLost: boolean): ShellResource {
  const { name, runner_seen_seconds_ago: seen, units_running, slots } = status;
  const usage = slots === null ? null : { label: "Units running", used: units_running, limit: slots };
  if (isLost) return { name, state: "silent", usage: null };
  if (seen === null) return { name, state: "silent", note: "yet", usage };
  if (seen > SILENT_AFTER_SECONDS)
    return { name, state: "silent", note: `for ${formatDuration(seen)}`, usage };
  return { name, state: status.prevent_new_submissions ? "paused" : "answering", usage };
}
