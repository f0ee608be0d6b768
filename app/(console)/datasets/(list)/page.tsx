import type { Metadata } from "next";
import { DatasetsView } from "@/components/dataset/DatasetsView";
import { PageHead } from "@/components/shell/PageHead";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Datasets" };

export default async function DatasetsPage() {
  await load(getQueryClient().query(trpc.dataset.list.queryOptions({})));
  return (
    <HydrateClient>
      <PageHead title="Datasets" />
      <DatasetsView />
    </HydrateClient>
  );
}
