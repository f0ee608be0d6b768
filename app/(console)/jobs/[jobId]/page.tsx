import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { JobPage } from "@/components/job/JobPage";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";
import { Id } from "@/server/contracts/common";

type Props = PageProps<"/jobs/[jobId]">;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Job ${(await params).jobId}` };
}

export default async function Page({ params }: Props) {
  const id = Id.safeParse(Number((await params).jobId));
  if (!id.success) notFound();
  // Awaited: a missing or foreign job is the 404 page, so JobPage may assume data.
  await load(getQueryClient().query(trpc.job.get.queryOptions({ job_id: id.data })));
  return (
    <HydrateClient>
      <JobPage jobId={id.data} />
    </HydrateClient>
  );
}
