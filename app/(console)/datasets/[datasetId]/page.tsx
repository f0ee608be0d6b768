import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { createLoader } from "nuqs/server";
import type { SearchParams } from "nuqs/server";
import { Suspense } from "react";
import { DatasetBody } from "@/components/dataset/DatasetBody";
import { DatasetHead } from "@/components/dataset/DatasetHead";
import { DatasetSkeleton } from "@/components/dataset/DatasetSkeleton";
import { imageQuery } from "@/components/dataset/image-query";
import { IMAGE_PAGE } from "@/components/dataset/search-params";
import { datasetParams } from "@/components/dataset/search-params";
import type { DatasetParams } from "@/components/dataset/search-params";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { PathId } from "@/server/contracts/common";

type Props = { params: Promise<{ datasetId: string }>; searchParams: Promise<SearchParams> };

const readParams = createLoader(datasetParams);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await loadDataset(params)).name };
}

export default async function DatasetPage({ params, searchParams }: Props) {
  const dataset = await loadDataset(params);
  await load(getQueryClient().query(trpc.workflow.list.queryOptions({ project_id: dataset.project_id })));
  return (
    <HydrateClient>
      <DatasetHead datasetId={dataset.id} />
      {/* Head and 404 do not wait for the counts beside the filters. */}
      <Suspense fallback={<DatasetSkeleton />}>
        <LoadedBody datasetId={dataset.id} params={await readParams(searchParams)} />
      </Suspense>
    </HydrateClient>
  );
}

async function LoadedBody({ datasetId, params }: { datasetId: number; params: DatasetParams }) {
  const queryClient = getQueryClient();
  const images = { ...imageQuery(datasetId, params), offset: 0, limit: IMAGE_PAGE };
  if (params.tab === "images")
    await Promise.all([
      load(queryClient.query(trpc.image.facets.queryOptions({ dataset_id: datasetId }))),
      load(queryClient.query(trpc.image.list.queryOptions(images))),
    ]);
  if (params.tab === "jobs")
    await load(queryClient.query(trpc.job.list.queryOptions({ dataset_id: datasetId, limit: 100 })));
  return (
    <HydrateClient>
      <DatasetBody datasetId={datasetId} />
    </HydrateClient>
  );
}

async function loadDataset(params: Props["params"]) {
  const parsed = PathId.safeParse((await params).datasetId);
  if (!parsed.success) notFound();
  return load(getQueryClient().query(trpc.dataset.get.queryOptions({ dataset_id: parsed.data })));
}
