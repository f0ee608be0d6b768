"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import type { ProfileSummary } from "@/server/contracts/profile";
import { AdminHead } from "../admin/AdminHead";
import { people } from "../resource/resource-words";
import { usePageParams } from "../shell/ShallowLinks";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { useTRPC } from "../trpc/client";
import { FilterChip } from "../ui/Chip";
import { EmptyState } from "../ui/EmptyState";
import { LinkButton } from "../ui/LinkButton";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";

const col = columnsOf<ProfileSummary>();
const columns = col.columns([
  col.accessor("name", { header: "Profile", meta: { minWidth: 180 } }),
  col.accessor("resource_name", { header: "Resource", meta: { minWidth: 160 } }),
  col.accessor("resource_type", {
    header: "Type",
    meta: { width: 116 },
    cell: (c) => <Tag mono>{c.getValue()}</Tag>,
  }),
  col.accessor("username", {
    header: "Runs as",
    meta: { width: 180, mono: true },
    cell: (c) => c.getValue() ?? <span className="font-sans text-13 text-ink-3">this server</span>,
  }),
  col.accessor("users", { header: "People", meta: { align: "right", width: 92 } }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 124, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} style="ago" />,
  }),
]);

const href = (profile: ProfileSummary) => `/admin/profiles/${profile.id}`;
const rowId = (profile: ProfileSummary) => String(profile.id);
const NONE: readonly ProfileSummary[] = [];

/** All profiles, or those of one resource (`?resource=3`). */
export function ProfileTable() {
  const params = usePageParams();
  const resourceId = params.getId("resource");
  const trpc = useTRPC();
  const query = useQuery(
    trpc.profile.list.queryOptions(resourceId === null ? {} : { resource_id: resourceId }),
  );
  const resources = useQuery(trpc.resource.list.queryOptions());
  const resource = resources.data?.find(({ id }) => id === resourceId);
  const newHref = resourceId === null ? "/admin/profiles/new" : `/admin/profiles/new?resource=${resourceId}`;
  const rows = query.data ?? NONE;
  return (
    <>
      <AdminHead
        title="Profiles"
        actions={
          <LinkButton href={newHref} variant="solid">
            <Plus strokeWidth={1.75} /> New profile
          </LinkButton>
        }
      />
      {resourceId !== null && (
        <div className="px-(--gutter) pt-3 pb-1">
          <FilterChip onRemove={() => params.go({ resource: null })} removeLabel="Show all profiles">
            On {resource?.name ?? `resource ${resourceId}`}
          </FilterChip>
        </div>
      )}
      <DataTable
        label="Profiles"
        columns={columns}
        rows={rows}
        rowId={rowId}
        rowHref={href}
        rowPx={40}
        loading={query.isPending}
        renderMobile={(profile) => (
          <RowLines
            title={profile.name}
            detail={profile.resource_name}
            end={<Tag mono>{profile.resource_type}</Tag>}
            endDetail={people(profile.users)}
          />
        )}
        empty={
          <EmptyState
            bare
            title={resource ? `No profiles on ${resource.name} yet` : "No profiles yet"}
            action={<LinkButton href={newHref}>New profile</LinkButton>}
          >
            A profile says as whom people run on a resource. Nobody can run without one.
          </EmptyState>
        }
      />
    </>
  );
}
