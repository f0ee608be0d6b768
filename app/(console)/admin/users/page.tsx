import type { Metadata } from "next";
import { UsersPage } from "@/components/user/UsersPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Users" };

export default async function Page() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.user.list.queryOptions())),
    load(queryClient.query(trpc.profile.list.queryOptions({}))),
    load(queryClient.query(trpc.group.list.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <UsersPage />
    </HydrateClient>
  );
}
