"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";
import type { DatasetView } from "@/server/contracts/project";

const BUSY_MS = 3_000;
const IDLE_MS = 15_000;

/** True while a job may add images. */
export const isBusy = ({ last_job }: Pick<DatasetView, "last_job">) =>
  last_job !== null && (ACTIVE_JOB_STATES as readonly string[]).includes(last_job.state);

/** A dataset that the page has loaded, polled; `refreshMs` is how often its parts should be asked too. */
export function useDataset(datasetId: number): { dataset: DatasetView; refreshMs: number } {
  const { data } = useSuspenseQuery(
    useTRPC().dataset.get.queryOptions(
      { dataset_id: datasetId },
      { refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? BUSY_MS : IDLE_MS) },
    ),
  );
  return { dataset: data, refreshMs: isBusy(data) ? BUSY_MS : IDLE_MS };
}

/** The sentence for buttons that a reader cannot use; undefined for everybody else. */
export function whyReadOnlyDataset({
  can,
  project_name,
}: Pick<DatasetView, "can" | "project_name">): string | undefined {
  return can.write ? undefined : `You can only read the project ${project_name}. Its owner can change that.`;
}
