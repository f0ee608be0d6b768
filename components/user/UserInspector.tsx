"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { placeServerErrors } from "../form/server-errors";
import { Inspector } from "../shell/Inspector";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { formatNoun } from "../ui/format";
import { KeyValues } from "../ui/KeyValues";
import { RelativeTime } from "../ui/RelativeTime";
import { toast } from "../ui/Toaster";
import type { UserView } from "@/server/contracts/user";
import { SetPasswordForm } from "./SetPasswordForm";
import { UserForm, changesOf, formOf } from "./user-form";
import { loginWords } from "./user-words";
import { UserFields } from "./UserFields";

const FIELDS = Object.keys(UserForm.shape) as (keyof UserForm)[];

/** One account beside the list: what it is, and everything that can be changed of it. */
export function UserInspector({ user }: { user: UserView }) {
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const form = useForm({ resolver: zodResolver(UserForm), values: formOf(user) });
  const update = useMutation(trpc.user.update.mutationOptions());
  const { dirtyFields, isDirty } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      await update.mutateAsync({ user_id: user.id, ...changesOf(formOf(user), values) });
      await Promise.all([
        queryClient.invalidateQueries(trpc.user.pathFilter()),
        queryClient.invalidateQueries(trpc.group.pathFilter()),
        queryClient.invalidateQueries(trpc.profile.pathFilter()),
      ]);
      toast(`Account ${values.email} saved.`);
    } catch (err) {
      setProblem(placeServerErrors(err, form, FIELDS));
    }
  });
  return (
    <Inspector title={user.email} close={() => params.go({ user: null })}>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <KeyValues
          className="border-b border-line p-4"
          facts={[
            { label: "Logs in with", value: loginWords(user) },
            { label: "API tokens", value: formatNoun(user.tokens, "token") },
            { label: "Created", value: <RelativeTime value={user.timestamp_created} /> },
          ]}
        />
        <form
          noValidate
          aria-label={`Account ${user.email}`}
          onSubmit={(event) => void submit(event)}
          className="flex flex-col gap-4 p-4"
        >
          <UserFields form={form} changed={(name) => dirtyFields[name as keyof UserForm] !== undefined} />
          {problem !== undefined && (
            <Callout tone="fail" announce>
              {problem}
            </Callout>
          )}
          <div className="flex gap-2">
            <Button
              type="submit"
              variant="solid"
              pending={update.isPending}
              disabledReason={isDirty ? undefined : "Nothing is changed yet."}
            >
              Save account
            </Button>
            {isDirty && (
              <Button variant="ghost" onClick={() => form.reset()}>
                Discard
              </Button>
            )}
          </div>
        </form>
        <SetPasswordForm user={user} />
      </div>
    </Inspector>
  );
}
