"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import type { ResourceSummary } from "@/server/contracts/resource";
import { AdminHead } from "../admin/AdminHead";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { useTRPC } from "../trpc/client";
import { EmptyState } from "../ui/EmptyState";
import { formatCount, formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";
import { people, resourceState } from "./resource-words";

const POLL_MS = 10_000;
const numeric = { align: "right", width: 92 } as const;

function State({ resource }: { resource: ResourceSummary }) {
  const { state, word } = resourceState(resource);
  return <StateWord state={state}>{word}</StateWord>;
}

const col = columnsOf<ResourceSummary>();
const columns = col.columns([
  col.accessor("name", { header: "Resource", meta: { minWidth: 180 } }),
  col.accessor("type", {
    header: "Type",
    meta: { width: 116 },
    cell: (c) => <Tag mono>{c.getValue()}</Tag>,
  }),
  col.accessor((row) => resourceState(row).word, {
    id: "state",
    header: "State",
    meta: { width: 190 },
    cell: ({ row }) => <State resource={row.original} />,
  }),
  col.accessor((row) => row.use.profiles, { id: "profiles", header: "Profiles", meta: numeric }),
  col.accessor((row) => row.use.users, { id: "users", header: "People", meta: numeric }),
  col.accessor((row) => row.use.projects, { id: "projects", header: "Projects", meta: numeric }),
  col.accessor((row) => row.use.task_groups, { id: "packages", header: "Packages", meta: numeric }),
  col.accessor((row) => row.use.active_jobs, {
    id: "active_jobs",
    header: "Jobs now",
    meta: numeric,
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 124, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} style="ago" />,
  }),
]);

const href = (resource: ResourceSummary) => `/admin/resources/${resource.id}`;
const rowId = (resource: ResourceSummary) => String(resource.id);
const NewButton = ({ variant = "solid" }: { variant?: "solid" | "outline" }) => (
  <LinkButton href="/admin/resources/new" variant={variant}>
    <Plus strokeWidth={1.75} /> New resource
  </LinkButton>
);

/** All resources; polled, because runners come and go. */
export function ResourceTable() {
  const query = useQuery(useTRPC().resource.list.queryOptions(undefined, { refetchInterval: POLL_MS }));
  return (
    <>
      <AdminHead title="Resources" actions={<NewButton />} />
      <DataTable
        label="Resources"
        columns={columns}
        rows={query.data ?? NONE}
        rowId={rowId}
        rowHref={href}
        rowPx={40}
        loading={query.isPending}
        initialSort={{ id: "name", desc: false }}
        renderMobile={(resource) => (
          <RowLines
            title={resource.name}
            detail={<State resource={resource} />}
            end={<Tag mono>{resource.type}</Tag>}
            endDetail={`${people(resource.use.users)}, ${formatNoun(resource.use.active_jobs, "job")}`}
          />
        )}
        empty={
          <EmptyState bare title="No resources yet" action={<NewButton variant="outline" />}>
            A resource says where tasks run and where their files go.
          </EmptyState>
        }
      />
    </>
  );
}
const NONE: readonly ResourceSummary[] = [];
