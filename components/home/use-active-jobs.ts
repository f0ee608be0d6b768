"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { ACTIVE_JOBS_INPUT } from "@/components/home/active-jobs";
import type { JobSummary } from "@/server/contracts/job";

const BUSY_MS = 3_000;
const IDLE_MS = 10_000;

/** Jobs that are queued, running or stopping in all projects; undefined until the first answer. */
export function useActiveJobs(): JobSummary[] | undefined {
  const options = useTRPC().job.list.queryOptions(ACTIVE_JOBS_INPUT, {
    refetchInterval: (query) => ((query.state.data?.length ?? 0) > 0 ? BUSY_MS : IDLE_MS),
  });
  return useQuery(options).data;
}
