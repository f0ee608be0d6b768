"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Folder } from "lucide-react";
import { JOB_STATES } from "@/server/contracts/enums";
import type { JobSummary } from "@/server/contracts/job";
import { PageHead } from "../shell/PageHead";
import { ShallowLinks, usePageParams } from "../shell/ShallowLinks";
import { StateGlyph } from "../state/StateGlyph";
import { STATE_LOOKS } from "../state/words";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Chip, FilterChip } from "../ui/Chip";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { formatCount } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { Select } from "../ui/Select";
import { JobTable } from "./JobTable";
import { isActive } from "./job-words";
import { MOST_JOBS, isJobState, jobFilters, jobsInput } from "./jobs-input";

/** While a job in the list is active; a quiet list is looked at now and then for jobs of others. */
const POLL_MS = 3_000;
const QUIET_POLL_MS = 20_000;

/** All jobs of all projects; filters in the address. */
export function JobsPage() {
  const params = usePageParams();
  const trpc = useTRPC();
  const filters = jobFilters(params.get);
  const query = useQuery(
    trpc.job.list.queryOptions(jobsInput(filters), {
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.some((job) => isActive(job.state)) === true ? POLL_MS : QUIET_POLL_MS,
    }),
  );
  const { data: projects = [] } = useQuery(trpc.project.list.queryOptions());
  const jobs = query.data ?? [];
  const text = params.get("state");
  const state = isJobState(text) ? text : null;
  const shown = state === null ? jobs : jobs.filter((job) => job.state === state);
  const isFiltered = state !== null || Object.keys(filters).length > 0;
  const count = (of: (typeof JOB_STATES)[number]) => jobs.filter((job) => job.state === of).length;
  const total = jobs.length >= MOST_JOBS ? `${formatCount(jobs.length)}+` : formatCount(jobs.length);

  return (
    <ShallowLinks>
      <PageHead
        title="Jobs"
        facts={
          query.data === undefined
            ? undefined
            : `${formatCount(jobs.filter((job) => isActive(job.state)).length)} active`
        }
        actions={
          projects.length > 1 && (
            <Select
              aria-label="Project"
              icon={<Folder size={15} strokeWidth={1.75} aria-hidden="true" />}
              className="w-60! max-md:w-full!"
              value={String(filters.project_id ?? "all")}
              options={[
                { value: "all", label: "All projects" },
                ...projects.map((project) => ({ value: String(project.id), label: project.name })),
              ]}
              onValueChange={(id) =>
                params.go({ project: id === "all" ? null : id, workflow: null, dataset: null })
              }
            />
          )
        }
      />
      <div
        role="group"
        aria-label="Jobs by state"
        className="flex shrink-0 gap-1.5 overflow-x-auto px-(--gutter) py-2.5 [scrollbar-width:none]"
      >
        <Chip on={state === null} count={total} onClick={() => params.go({ state: null })}>
          All
        </Chip>
        {JOB_STATES.filter((one) => count(one) > 0 || one === state).map((one) => (
          <Chip
            key={one}
            on={one === state}
            count={formatCount(count(one))}
            icon={<StateGlyph state={one} size={12} still />}
            onClick={() => params.go({ state: one === state ? null : one })}
          >
            {STATE_LOOKS[one].word}
          </Chip>
        ))}
        <ObjectChips jobs={jobs} />
      </div>
      {query.isError && query.data !== undefined && (
        <Callout tone="warn" title="The list is not up to date." className="mx-(--gutter) mb-2">
          {query.error.message} It is asked for again by itself.
        </Callout>
      )}
      {query.isError && query.data === undefined ? (
        <div className="p-(--gutter)">
          <ErrorState
            title="The jobs could not be loaded."
            action={<Button onClick={() => void query.refetch()}>Try again</Button>}
          >
            {query.error.message}
          </ErrorState>
        </div>
      ) : (
        <JobTable
          jobs={shown}
          loading={query.isPending}
          footerNote={jobs.length >= MOST_JOBS ? `the newest ${formatCount(MOST_JOBS)}` : "newest first"}
          empty={
            isFiltered ? (
              <EmptyState
                bare
                title={`0 of ${total} jobs match${state === null ? "" : ` "${STATE_LOOKS[state].word}"`}.`}
                action={
                  <Button
                    onClick={() =>
                      params.go(
                        state === null ? { project: null, workflow: null, dataset: null } : { state: null },
                      )
                    }
                  >
                    {state === null ? "Show jobs of all projects" : "Show all states"}
                  </Button>
                }
              />
            ) : (
              <EmptyState
                bare
                title="No jobs yet"
                action={<LinkButton href="/projects">Open projects</LinkButton>}
              >
                A job is one run of a workflow on a dataset. Open a workflow in one of your projects and run
                it.
              </EmptyState>
            )
          }
        />
      )}
    </ShallowLinks>
  );
}

/** Filters that came with a link from a workflow or dataset. */
function ObjectChips({ jobs }: { jobs: readonly JobSummary[] }) {
  const params = usePageParams();
  const name = { workflow: jobs[0]?.workflow_name, dataset: jobs[0]?.dataset_name };
  return (["workflow", "dataset"] as const).map((kind) => {
    if (params.getId(kind) === null) return null;
    const label = `${kind}: ${name[kind] ?? params.get(kind) ?? ""}`;
    return (
      <FilterChip
        key={kind}
        removeLabel={`Remove filter ${label}`}
        onRemove={() => params.go({ [kind]: null })}
      >
        {label}
      </FilterChip>
    );
  });
}
