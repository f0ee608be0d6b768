import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ProfileEditor } from "@/components/profile/ProfileEditor";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

export const metadata: Metadata = { title: "Profile" };

export default async function Page({ params }: PageProps<"/admin/profiles/[profileId]">) {
  const id = PathId.safeParse((await params).profileId);
  if (!id.success) notFound();
  await load(getQueryClient().query(trpc.profile.get.queryOptions({ profile_id: id.data })));
  return (
    <HydrateClient>
      <ProfileEditor profileId={id.data} />
    </HydrateClient>
  );
}
