"use client";

import { useQuery } from "@tanstack/react-query";
import type { ActivityView } from "@/server/contracts/task";
import { useTRPC } from "../trpc/client";

const POLL_MS = 1_000;

export const isUnderWay = ({ status }: Pick<ActivityView, "status">) =>
  status === "pending" || status === "ongoing";

/** One activity with its whole log, asked again until it has ended. */
export function useActivity(activityId: number) {
  return useQuery(
    useTRPC().task.activity.queryOptions(
      { activity_id: activityId },
      { refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? POLL_MS : false) },
    ),
  );
}
