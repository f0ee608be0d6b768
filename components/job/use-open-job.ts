"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { beginNavigation } from "../shell/NavigationProgress";
import { useTRPC } from "../trpc/client";

/** To a job that was just submitted; lists that show jobs ask again. */
export function useOpenJob(): (jobId: number) => void {
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return (jobId) => {
    void queryClient.invalidateQueries(trpc.job.pathFilter());
    void queryClient.invalidateQueries(trpc.workflow.progress.pathFilter());
    beginNavigation();
    router.push(`/jobs/${jobId}`);
  };
}
