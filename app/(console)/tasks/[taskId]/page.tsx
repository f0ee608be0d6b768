import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { TaskPage } from "@/components/task/TaskPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { Id } from "@/server/contracts/common";

type Props = PageProps<"/tasks/[taskId]">;

async function loadTask(params: Props["params"]) {
  const id = Id.safeParse(Number((await params).taskId));
  if (!id.success) notFound();
  return load(getQueryClient().query(trpc.task.get.queryOptions({ task_id: id.data })));
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadTask(params)).name };
}

export default async function Page({ params }: Props) {
  const task = await loadTask(params);
  await load(getQueryClient().query(trpc.task.groups.queryOptions()));
  return (
    <HydrateClient>
      <TaskPage taskId={task.id} />
    </HydrateClient>
  );
}
