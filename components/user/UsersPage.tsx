"use client";

import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { AdminHead } from "../admin/AdminHead";
import { usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Chip } from "../ui/Chip";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Input } from "../ui/Input";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";
import type { UserView } from "@/server/contracts/user";
import { NewUserButton } from "./NewUserButton";
import { USER_FILTERS, userState } from "./user-words";
import { UserInspector } from "./UserInspector";

const groupsOf = (user: UserView) => user.groups.map(({ name }) => name).join(", ");
const State = ({ user }: { user: UserView }) => {
  const { state, word } = userState(user);
  return <StateWord state={state}>{word}</StateWord>;
};
const Role = ({ user }: { user: UserView }) =>
  user.is_superuser ? <Tag tone="select">administrator</Tag> : user.is_guest ? <Tag>guest</Tag> : null;

const col = columnsOf<UserView>();
const columns = col.columns([
  col.accessor("email", { header: "E-mail", meta: { minWidth: 200 } }),
  col.accessor((user) => userState(user).word, {
    id: "state",
    header: "State",
    meta: { width: 132 },
    cell: (c) => <State user={c.row.original} />,
  }),
  col.accessor((user) => (user.is_superuser ? 0 : user.is_guest ? 1 : 2), {
    id: "role",
    header: "Role",
    meta: { width: 122 },
    cell: (c) => <Role user={c.row.original} />,
  }),
  col.accessor((user) => user.profile?.name ?? "", {
    id: "profile",
    header: "Profile",
    meta: { minWidth: 140 },
    cell: (c) => c.getValue() || <span className="text-ink-3">none</span>,
  }),
  col.accessor(groupsOf, { id: "groups", header: "Groups", meta: { minWidth: 120, quiet: true } }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 124, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} style="ago" />,
  }),
]);

/** Every account; one of them beside the list, to be changed (`?user=7`). */
export function UsersPage() {
  const params = usePageParams();
  const query = useQuery(useTRPC().user.list.queryOptions());
  const all = query.data ?? [];
  const search = (params.get("q") ?? "").toLowerCase();
  const filter = USER_FILTERS.find(({ value }) => value === params.get("show")) ?? USER_FILTERS[0];
  const found = all.filter((user) => user.email.toLowerCase().includes(search));
  const chosen = params.getId("user");
  const user = all.find(({ id }) => id === chosen);
  if (query.isError && query.data === undefined)
    return (
      <>
        <AdminHead title="Users" />
        <div className="p-(--gutter)">
          <ErrorState
            title="The accounts could not be loaded."
            action={<Button onClick={() => void query.refetch()}>Try again</Button>}
          >
            {query.error.message}
          </ErrorState>
        </div>
      </>
    );
  return (
    <>
      <AdminHead title="Users" actions={<NewUserButton />} />
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-(--gutter) py-2.5">
        <Input
          aria-label="Search e-mail addresses"
          placeholder="Search e-mail"
          icon={<Search strokeWidth={1.75} />}
          value={params.get("q") ?? ""}
          onChange={(event) => params.go({ q: event.target.value || null })}
          className="w-60! max-md:w-full!"
        />
        {USER_FILTERS.map((option) => (
          <Chip
            key={option.value}
            on={option === filter}
            count={found.filter(option.matches).length}
            onClick={() => params.go({ show: option.value === "all" ? null : option.value })}
          >
            {option.label}
          </Chip>
        ))}
      </div>
      <SplitPane
        id="users"
        inspectorWidth={440}
        inspector={user === undefined ? null : <UserInspector key={user.id} user={user} />}
      >
        <DataTable
          label="Users"
          columns={columns}
          rows={found.filter(filter.matches)}
          rowId={(row) => String(row.id)}
          rowHref={(row) => params.href({ user: row.id })}
          selectedId={params.get("user")}
          rowPx={40}
          loading={query.isPending}
          renderMobile={(row) => (
            <RowLines title={row.email} detail={<State user={row} />} end={<Role user={row} />} />
          )}
          empty={
            <EmptyState
              bare
              title={`0 of ${all.length} accounts match`}
              action={<Button onClick={() => params.go({ q: null, show: null })}>Show all</Button>}
            />
          }
        />
      </SplitPane>
    </>
  );
}
