import type { DatasetParams } from "@/components/dataset/search-params";

/** The question that the page on the server and the table in the browser ask alike. */
export function imageQuery(
  datasetId: number,
  params: Pick<DatasetParams, "attributes" | "types" | "q" | "task">,
) {
  const search = params.q.trim();
  return {
    dataset_id: datasetId,
    attribute_filters: params.attributes,
    type_filters: params.types,
    ...(search === "" ? {} : { search }),
    ...(params.task === null ? {} : { workflow_task_id: params.task }),
  };
}
