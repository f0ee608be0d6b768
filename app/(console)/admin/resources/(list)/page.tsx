import type { Metadata } from "next";
import { ResourceTable } from "@/components/resource/ResourceTable";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Resources" };

export default async function Page() {
  await load(getQueryClient().query(trpc.resource.list.queryOptions()));
  return (
    <HydrateClient>
      <ResourceTable />
    </HydrateClient>
  );
}
