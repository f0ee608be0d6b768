import type { Metadata } from "next";
import { ProfileTable } from "@/components/profile/ProfileTable";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

export const metadata: Metadata = { title: "Profiles" };

export default async function Page({ searchParams }: PageProps<"/admin/profiles">) {
  const wanted = PathId.safeParse((await searchParams)["resource"]);
  const queryClient = getQueryClient();
  await Promise.all([
    load(
      queryClient.query(trpc.profile.list.queryOptions(wanted.success ? { resource_id: wanted.data } : {})),
    ),
    load(queryClient.query(trpc.resource.list.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <ProfileTable />
    </HydrateClient>
  );
}
