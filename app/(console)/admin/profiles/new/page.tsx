import type { Metadata } from "next";
import { NewProfile } from "@/components/profile/NewProfile";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "New profile" };

export default async function Page() {
  await load(getQueryClient().query(trpc.resource.list.queryOptions()));
  return (
    <HydrateClient>
      <NewProfile />
    </HydrateClient>
  );
}
