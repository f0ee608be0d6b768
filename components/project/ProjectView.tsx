"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { DatasetTable } from "@/components/dataset/DatasetTable";
import { NewDatasetButton } from "@/components/dataset/NewDatasetButton";
import { EditProjectDialog } from "@/components/project/EditProjectDialog";
import { ImportWorkflowButton } from "@/components/project/ImportWorkflowButton";
import { JobList } from "@/components/project/JobList";
import { NewWorkflowButton } from "@/components/project/NewWorkflowButton";
import { Section } from "@/components/project/Section";
import { WorkflowTable } from "@/components/project/WorkflowTable";
import { Crumbs } from "@/components/shell/crumbs";
import { PageHead } from "@/components/shell/PageHead";
import { useTRPC } from "@/components/trpc/client";
import { Avatar } from "@/components/ui/Avatar";
import { Button } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/EmptyState";
import { formatNoun } from "@/components/ui/format";
import { toast } from "@/components/ui/Toaster";
import type { ProjectView as Project } from "@/server/contracts/project";

const POLL_MS = 20_000;

/** Datasets, workflows and jobs of one project. The page has loaded all of them. */
export function ProjectView({ projectId }: { projectId: number }) {
  const trpc = useTRPC();
  const { data: project } = useQuery(
    trpc.project.get.queryOptions({ project_id: projectId }, { refetchInterval: POLL_MS }),
  );
  if (project === undefined) return null;
  const disabledReason = whyReadOnly(project);
  return (
    <>
      <Crumbs items={[{ label: "Projects", href: "/projects" }, { label: project.name }]} />
      <PageHead
        title={<span className="break-words">{project.name}</span>}
        facts={
          <span className="inline-flex max-w-full items-center gap-2">
            <span className="truncate">
              {formatNoun(project.images, "image")} · runs on {project.resource_name}
            </span>
            <span className="inline-flex gap-1">
              {project.members.slice(0, 5).map(({ email }) => (
                <Avatar key={email} email={email} />
              ))}
            </span>
          </span>
        }
        actions={
          <>
            <EditProject project={project} disabledReason={disabledReason} />
            <NewWorkflowButton project={project} disabledReason={disabledReason} />
          </>
        }
      />
      {project.description !== null && (
        <p className="max-w-prose px-(--gutter) pb-1 text-ink-2">{project.description}</p>
      )}
      <Section
        title="Datasets"
        count={project.datasets}
        action={<NewDatasetButton project={project} size="sm" disabledReason={disabledReason} />}
      >
        <DatasetTable
          projectId={projectId}
          empty={
            <EmptyState bare title="No datasets yet">
              A dataset is a list of images in one folder. Make one; a converter task fills it from raw
              images, or you add images by hand.
            </EmptyState>
          }
        />
      </Section>
      <Section
        title="Workflows"
        count={project.workflows}
        action={<ImportWorkflowButton project={project} disabledReason={disabledReason} />}
      >
        <WorkflowTable projectId={projectId} />
      </Section>
      <Section
        title="Recent jobs"
        action={
          <Link
            href={`/jobs?project=${projectId}`}
            className="rounded-tag text-12 font-medium text-ink-2 hover:underline"
          >
            All jobs
          </Link>
        }
      >
        <JobList
          of={{ project_id: projectId }}
          limit={8}
          footer={false}
          empty={
            <EmptyState bare title="No jobs yet">
              A job runs a workflow on a dataset. Open a workflow to run it.
            </EmptyState>
          }
        />
      </Section>
    </>
  );
}

/** The sentence for buttons that a reader cannot use; undefined for everybody else. */
export function whyReadOnly(project: Pick<Project, "can" | "members">): string | undefined {
  if (project.can.write) return undefined;
  const owner = project.members.find((member) => member.is_owner)?.email;
  return `You can only read this project.${owner === undefined ? "" : ` Its owner ${owner} can change that.`}`;
}

function EditProject({ project, disabledReason }: { project: Project; disabledReason: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const update = useMutation(trpc.project.update.mutationOptions());
  return (
    <>
      <Button disabledReason={disabledReason} onClick={() => setOpen(true)}>
        <Pencil strokeWidth={1.75} />
        Edit
      </Button>
      <EditProjectDialog
        open={isOpen}
        onOpenChange={setOpen}
        project={project}
        onSave={async (change) => {
          await update.mutateAsync({ project_id: project.id, ...change });
          await queryClient.invalidateQueries(trpc.project.pathFilter());
          toast("Project saved.");
        }}
      />
    </>
  );
}
