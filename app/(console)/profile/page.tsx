import type { Metadata } from "next";
import { ProfilePage } from "@/components/account/ProfilePage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "My profile" };

export default async function Page() {
  await load(getQueryClient().query(trpc.token.list.queryOptions()));
  return (
    <HydrateClient>
      <ProfilePage />
    </HydrateClient>
  );
}
