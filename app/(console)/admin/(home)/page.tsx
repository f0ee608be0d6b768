import type { Metadata } from "next";
import { AdminHome } from "@/components/admin/AdminHome";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Admin" };

export default async function Page() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.resource.list.queryOptions())),
    load(queryClient.query(trpc.user.waiting.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <AdminHome />
    </HydrateClient>
  );
}
