"use client";

import { useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { announce } from "../shell/Announcer";
import { useTRPC, useTRPCClient } from "../trpc/client";
import { awaitsArchive, isActive, spokenProgress } from "./job-words";

const POLL_MS = 2_000;

/**
 * A job that stays up to date while it is active, and until its folder is archived. The poll sends the version that
 * is on the page; as long as nothing changed the answer is empty, and nothing else is asked for.
 */
export function useJob(jobId: number) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const { data: job } = useSuspenseQuery(
    trpc.job.get.queryOptions({ job_id: jobId }, { staleTime: Infinity }),
  );

  const isWatched = isActive(job.state) || awaitsArchive(job);
  const poll = useQuery({
    queryKey: [...trpc.job.poll.pathKey(), jobId],
    queryFn: async ({ signal }) => {
      const known = queryClient.getQueryData(trpc.job.get.queryKey({ job_id: jobId })) ?? job;
      const next = await client.job.poll.query({ job_id: jobId, version: known.version }, { signal });
      if (next === null) return known.version;
      queryClient.setQueryData(trpc.job.get.queryKey({ job_id: jobId }), next);
      void queryClient.invalidateQueries(trpc.unit.list.queryFilter());
      void queryClient.invalidateQueries(trpc.unit.get.queryFilter());
      if (!isActive(next.state)) {
        void queryClient.invalidateQueries(trpc.job.list.queryFilter());
        void queryClient.invalidateQueries(trpc.resource.status.queryFilter());
      }
      // The end was told already when only the archive is news.
      if (isActive(known.state))
        announce(spokenProgress(next), {
          now: next.units.failed > known.units.failed || !isActive(next.state),
        });
      return next.version;
    },
    refetchInterval: isWatched ? POLL_MS : false,
    enabled: isWatched,
    staleTime: 0,
    retry: false,
  });

  return {
    job,
    /** Since when nobody answered, in milliseconds; null while the page hears from the server. */
    silentSinceMs: poll.isError && isActive(job.state) ? poll.dataUpdatedAt : null,
    pollNow: () => poll.refetch(),
  };
}
