import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ResourceEditor } from "@/components/resource/ResourceEditor";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

type Props = PageProps<"/admin/resources/[resourceId]">;

async function loadResource(params: Props["params"]) {
  const id = PathId.safeParse((await params).resourceId);
  if (!id.success) notFound();
  return load(getQueryClient().query(trpc.resource.get.queryOptions({ resource_id: id.data })));
}

export const metadata: Metadata = { title: "Resource" };

export default async function Page({ params }: Props) {
  const { id } = await loadResource(params);
  return (
    <HydrateClient>
      <ResourceEditor resourceId={id} />
    </HydrateClient>
  );
}
