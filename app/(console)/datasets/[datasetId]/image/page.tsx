import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ImageViewer } from "@/components/viewer/ImageViewer";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

type Props = { params: Promise<{ datasetId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Image of ${(await loadDataset(params)).name}` };
}

export default async function ImagePage({ params }: Props) {
  const dataset = await loadDataset(params);
  return (
    <HydrateClient>
      <ImageViewer datasetId={dataset.id} />
    </HydrateClient>
  );
}

async function loadDataset(params: Props["params"]) {
  const parsed = PathId.safeParse((await params).datasetId);
  if (!parsed.success) notFound();
  return load(getQueryClient().query(trpc.dataset.get.queryOptions({ dataset_id: parsed.data })));
}
