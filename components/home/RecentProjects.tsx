"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { LastJobWord } from "@/components/project/LastJobWord";
import { ActivityDots } from "@/components/state/ActivityDots";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/EmptyState";
import { formatNoun } from "@/components/ui/format";
import { RelativeTime } from "@/components/ui/RelativeTime";

const SHOWN = 6;
const POLL_MS = 30_000;

/** The projects that changed last, as a way back to yesterday's work. */
export function RecentProjects() {
  const { data } = useQuery(useTRPC().project.list.queryOptions(undefined, { refetchInterval: POLL_MS }));
  const projects = [...(data ?? [])]
    .sort((a, b) => b.timestamp_changed.localeCompare(a.timestamp_changed))
    .slice(0, SHOWN);
  return (
    <section aria-labelledby="recent-projects" className="pt-4 pb-6">
      <div className="flex items-baseline gap-2 border-b border-line-2 px-(--gutter) pb-2">
        <h2 id="recent-projects" className="font-semibold">
          Recent projects
        </h2>
        {projects.length > 0 && (
          <Link
            href="/projects"
            className="ml-auto rounded-tag text-12 font-medium text-ink-2 hover:underline"
          >
            All projects
          </Link>
        )}
      </div>
      {projects.length === 0 ? (
        <EmptyState bare title="No projects yet">
          A project holds datasets, the workflows that run on them, and their jobs. Make one with New project.
        </EmptyState>
      ) : (
        <ul>
          {projects.map((project) => (
            <li
              key={project.id}
              className="relative flex h-12 items-center gap-4 border-b border-line px-(--gutter) hover:bg-hover max-md:h-[62px]"
            >
              <div className="min-w-0 flex-1">
                <Link
                  href={`/projects/${project.id}`}
                  className="block truncate rounded-tag font-medium after:absolute after:inset-0 after:content-['']"
                >
                  {project.name}
                </Link>
                <p className="truncate text-12 text-ink-3">
                  {formatNoun(project.datasets, "dataset")}, {formatNoun(project.images, "image")},{" "}
                  {formatNoun(project.workflows, "workflow")}
                </p>
              </div>
              <span className="w-44 max-lg:hidden">
                <LastJobWord job={project.last_job} isLink={false} />
              </span>
              <ActivityDots days={project.days} className="max-md:hidden" />
              <RelativeTime
                value={project.timestamp_changed}
                style="ago"
                className="w-22 shrink-0 text-right text-12 text-ink-3"
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
