"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { beginNavigation } from "@/components/shell/NavigationProgress";
import { useTRPC } from "@/components/trpc/client";
import { toast } from "@/components/ui/Toaster";

/** After a workflow was made: says so and goes to its page. */
export function useOpenWorkflow(): (workflowId: number, words: string) => void {
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return (workflowId, words) => {
    void queryClient.invalidateQueries(trpc.workflow.list.queryFilter());
    void queryClient.invalidateQueries(trpc.project.pathFilter());
    toast(words);
    beginNavigation();
    router.push(`/workflows/${workflowId}`);
  };
}
