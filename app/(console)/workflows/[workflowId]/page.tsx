import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { defaultDataset, workflowJobsInput } from "@/components/workflow/default-dataset";
import { WorkflowPage } from "@/components/workflow/WorkflowPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { Id } from "@/server/contracts/common";

type Props = PageProps<"/workflows/[workflowId]">;

async function loadWorkflow(params: Props["params"]) {
  const id = Id.safeParse(Number((await params).workflowId));
  if (!id.success) notFound();
  return load(getQueryClient().query(trpc.workflow.get.queryOptions({ workflow_id: id.data })));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadWorkflow(params)).name };
}

export default async function Page({ params, searchParams }: Props) {
  const workflow = await loadWorkflow(params);
  const queryClient = getQueryClient();
  const [datasets, jobs] = await Promise.all([
    load(queryClient.query(trpc.dataset.list.queryOptions({ project_id: workflow.project_id }))),
    load(queryClient.query(trpc.job.list.queryOptions(workflowJobsInput(workflow.id)))),
  ]);
  const wanted = Id.safeParse(Number((await searchParams)["dataset"]));
  const dataset = defaultDataset(datasets, wanted.success ? wanted.data : null, jobs);
  if (dataset !== null)
    await load(
      queryClient.query(
        trpc.workflow.progress.queryOptions({ workflow_id: workflow.id, dataset_id: dataset.id }),
      ),
    );
  return (
    <HydrateClient>
      <WorkflowPage workflowId={workflow.id} projectId={workflow.project_id} />
    </HydrateClient>
  );
}
