"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, X } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../form/server-errors";
import { Inspector } from "../shell/Inspector";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Combobox } from "../ui/Combobox";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Field } from "../ui/Field";
import { formatNoun } from "../ui/format";
import type { GroupView } from "@/server/contracts/group";

/** Members of one group; each change takes effect at once. */
export function GroupInspector({ group }: { group: GroupView }) {
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const users = useQuery(trpc.user.list.queryOptions()).data ?? [];
  const [isDeleting, setDeleting] = useState(false);
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries(trpc.group.pathFilter()),
      queryClient.invalidateQueries(trpc.user.pathFilter()),
    ]);
  const setMembers = useMutation(trpc.group.setMembers.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.group.delete.mutationOptions());
  const ids = group.members.map(({ id }) => id);
  const save = (user_ids: number[]) => setMembers.mutate({ group_id: group.id, user_ids });
  return (
    <Inspector title={group.name} close={() => params.go({ group: null })}>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-4">
        <Field stacked label="Add a member">
          <Combobox
            placeholder="E-mail address"
            value={null}
            options={users
              .filter(({ id }) => !ids.includes(id))
              .map(({ id, email }) => ({ value: String(id), label: email }))}
            onValueChange={(id) => id !== null && save([...ids, Number(id)])}
          />
        </Field>
        {setMembers.isError && (
          <Callout tone="fail" announce>
            {sentenceOf(setMembers.error)}
          </Callout>
        )}
        {group.members.length === 0 ? (
          <p className="text-ink-3">Nobody is in this group yet.</p>
        ) : (
          <ul aria-label="Members" className="divide-y divide-line border-y border-line">
            {group.members.map(({ id, email }) => (
              <li key={id} className="flex min-h-9 items-center gap-2">
                <span className="min-w-0 flex-1 truncate">{email}</span>
                <Button
                  variant="ghost"
                  size="sm"
                  icon
                  aria-label={`Remove ${email} from ${group.name}`}
                  onClick={() => save(ids.filter((member) => member !== id))}
                >
                  <X strokeWidth={1.75} />
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Button variant="danger-outline" className="mt-2 self-start" onClick={() => setDeleting(true)}>
          <Trash2 strokeWidth={1.75} />
          Delete group
        </Button>
      </div>
      <ConfirmDialog
        open={isDeleting}
        onOpenChange={setDeleting}
        title={`Delete “${group.name}”?`}
        confirmLabel="Delete group"
        onConfirm={async () => {
          await remove.mutateAsync({ group_id: group.id });
          params.go({ group: null });
          await refresh();
        }}
      >
        <p>
          The accounts of its {formatNoun(group.members.length, "member")} stay as they are. This cannot be
          undone.
        </p>
      </ConfirmDialog>
    </Inspector>
  );
}
