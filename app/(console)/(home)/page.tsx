import type { Metadata } from "next";
import { RECENT_JOBS_INPUT } from "@/components/home/active-jobs";
import { JobCards } from "@/components/home/JobCards";
import { RecentProjects } from "@/components/home/RecentProjects";
import { NewProjectButton } from "@/components/project/NewProjectButton";
import { PageHead } from "@/components/shell/PageHead";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Home" };

export default async function HomePage() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.project.list.queryOptions())),
    load(queryClient.query(trpc.job.list.queryOptions(RECENT_JOBS_INPUT))),
  ]);
  return (
    <HydrateClient>
      <PageHead title="Home" actions={<NewProjectButton />} />
      <JobCards />
      <RecentProjects />
    </HydrateClient>
  );
}
