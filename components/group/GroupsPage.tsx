"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { AdminHead } from "../admin/AdminHead";
import { FormDialog } from "../form/FormDialog";
import { placeServerErrors } from "../form/server-errors";
import { usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { Field } from "../ui/Field";
import { formatNoun } from "../ui/format";
import { Input } from "../ui/Input";
import { RelativeTime } from "../ui/RelativeTime";
import { CreateGroupInput } from "@/server/contracts/group";
import type { GroupView } from "@/server/contracts/group";
import { GroupInspector } from "./GroupInspector";

const membersOf = (group: GroupView) => group.members.map(({ email }) => email).join(", ");
const count = (group: GroupView) => formatNoun(group.members.length, "member");

const col = columnsOf<GroupView>();
const columns = col.columns([
  col.accessor("name", { header: "Group", meta: { minWidth: 160 } }),
  col.accessor((group) => group.members.length, {
    id: "count",
    header: "Members",
    meta: { align: "right", width: 100 },
  }),
  col.accessor(membersOf, {
    id: "members",
    header: "Who",
    enableSorting: false,
    meta: { minWidth: 240, quiet: true },
  }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 124, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} style="ago" />,
  }),
]);

/** Labs and teams; the members of one beside the list (`?group=3`). */
export function GroupsPage() {
  const params = usePageParams();
  const query = useQuery(useTRPC().group.list.queryOptions());
  const group = query.data?.find(({ id }) => id === params.getId("group"));
  return (
    <>
      <AdminHead title="Groups" actions={<NewGroupButton />} />
      <SplitPane
        id="groups"
        inspectorWidth={400}
        inspector={group === undefined ? null : <GroupInspector key={group.id} group={group} />}
      >
        <DataTable
          label="Groups"
          columns={columns}
          rows={query.data ?? []}
          rowId={(row) => String(row.id)}
          rowHref={(row) => params.href({ group: row.id })}
          selectedId={params.get("group")}
          rowPx={40}
          loading={query.isPending}
          renderMobile={(row) => <RowLines title={row.name} detail={membersOf(row)} end={count(row)} />}
          empty={
            <EmptyState bare title="No groups yet">
              A group is a lab or a team: people with whom things are shared at once.
            </EmptyState>
          }
        />
      </SplitPane>
    </>
  );
}

function NewGroupButton() {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({ resolver: zodResolver(CreateGroupInput), defaultValues: { name: "" } });
  const create = useMutation(trpc.group.create.mutationOptions());
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      const { group_id } = await create.mutateAsync(values);
      await queryClient.invalidateQueries(trpc.group.pathFilter());
      setOpen(false);
      params.go({ group: group_id });
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name"]));
    }
  });
  return (
    <>
      <Button
        variant="solid"
        onClick={() => {
          form.reset();
          setProblem(undefined);
          setOpen(true);
        }}
      >
        <Plus strokeWidth={1.75} />
        New group
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="New group"
        submitLabel="Create group"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field
          label="Name"
          required
          help="It cannot be changed later."
          error={form.formState.errors.name?.message}
        >
          <Input {...form.register("name")} autoComplete="off" />
        </Field>
      </FormDialog>
    </>
  );
}
