import type { Metadata } from "next";
import { JobCards } from "@/components/home/JobCards";
import { RECENT_JOBS_INPUT } from "@/components/home/active-jobs";
import { NewProjectButton } from "@/components/project/NewProjectButton";
import { ProjectTable } from "@/components/project/ProjectTable";
import { PageHead } from "@/components/shell/PageHead";
import { getQueryClient, HydrateClient, load, trpc } from "@/server/api/rsc";

export const metadata: Metadata = { title: "Projects" };

export default async function ProjectsPage() {
  const queryClient = getQueryClient();
  await Promise.all([
    load(queryClient.query(trpc.project.list.queryOptions())),
    load(queryClient.query(trpc.job.list.queryOptions(RECENT_JOBS_INPUT))),
  ]);
  return (
    <HydrateClient>
      <PageHead title="Projects" actions={<NewProjectButton />} />
      <JobCards onlyIfAny />
      <ProjectTable />
    </HydrateClient>
  );
}
