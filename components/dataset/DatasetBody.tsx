"use client";

import { ImagesTab } from "@/components/dataset/ImagesTab";
import { SettingsTab } from "@/components/dataset/SettingsTab";
import { useDatasetParams } from "@/components/dataset/use-dataset-params";
import { JobList } from "@/components/project/JobList";
import { EmptyState } from "@/components/ui/EmptyState";

/** The chosen tab. */
export function DatasetBody({ datasetId }: { datasetId: number }) {
  const { tab } = useDatasetParams().params;
  switch (tab) {
    case "images":
      return <ImagesTab datasetId={datasetId} />;
    case "jobs":
      return (
        <JobList
          of={{ dataset_id: datasetId }}
          limit={100}
          empty={
            <EmptyState bare title="No jobs yet">
              A job runs a workflow on this dataset. Start one with Run a workflow.
            </EmptyState>
          }
        />
      );
    case "settings":
      return <SettingsTab datasetId={datasetId} />;
  }
}
