import type { Metadata } from "next";
import { TasksPage } from "@/components/task/TasksPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Tasks" };

export default async function Page() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.user.me.queryOptions())),
    load(queryClient.query(trpc.task.groups.queryOptions())),
    load(queryClient.query(trpc.task.activities.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <TasksPage />
    </HydrateClient>
  );
}
