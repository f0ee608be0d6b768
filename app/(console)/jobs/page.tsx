import type { Metadata } from "next";
import { JobsPage } from "@/components/job/JobsPage";
import { jobFilters, jobsInput } from "@/components/job/jobs-input";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Jobs" };

export default async function Page({ searchParams }: PageProps<"/jobs">) {
  const search = await searchParams;
  const filters = jobFilters((key) => {
    const value = search[key];
    return Array.isArray(value) ? value[0] : value;
  });
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.job.list.queryOptions(jobsInput(filters)))),
    load(queryClient.query(trpc.project.list.queryOptions())),
  ]);
  return (
    <HydrateClient>
      <JobsPage />
    </HydrateClient>
  );
}
