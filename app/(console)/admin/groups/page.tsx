import type { Metadata } from "next";
import { GroupsPage } from "@/components/group/GroupsPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Groups" };

export default async function Page() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.group.list.queryOptions())),
    load(queryClient.query(trpc.user.list.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <GroupsPage />
    </HydrateClient>
  );
}
