import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ProjectView } from "@/components/project/ProjectView";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

type Props = { params: Promise<{ projectId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadProject(params)).name };
}

export default async function ProjectPage({ params }: Props) {
  const { id } = await loadProject(params);
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.dataset.list.queryOptions({ project_id: id }))),
    load(queryClient.query(trpc.workflow.list.queryOptions({ project_id: id }))),
    load(queryClient.query(trpc.job.list.queryOptions({ project_id: id, limit: 8 }))),
  ]);
  return (
    <HydrateClient>
      <ProjectView projectId={id} />
    </HydrateClient>
  );
}

async function loadProject(params: Props["params"]) {
  const parsed = PathId.safeParse((await params).projectId);
  if (!parsed.success) notFound();
  return load(getQueryClient().query(trpc.project.get.queryOptions({ project_id: parsed.data })));
}
