"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { placeServerErrors } from "../form/server-errors";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { toast } from "../ui/Toaster";
import { Password } from "@/server/contracts/user";
import type { UserView } from "@/server/contracts/user";

const NewPassword = z.object({ password: Password });

/** An administrator gives somebody a password; the person's sessions end. */
export function SetPasswordForm({ user }: { user: Pick<UserView, "id" | "email"> }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const form = useForm({ resolver: zodResolver(NewPassword), defaultValues: { password: "" } });
  const set = useMutation(trpc.user.setPassword.mutationOptions());
  const submit = form.handleSubmit(async ({ password }) => {
    setProblem(undefined);
    try {
      await set.mutateAsync({ user_id: user.id, password });
      form.reset();
      await queryClient.invalidateQueries(trpc.user.list.queryFilter());
      toast(`${user.email} has a new password and is signed out everywhere.`);
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["password"]));
    }
  });
  return (
    <form
      noValidate
      aria-label={`Password of ${user.email}`}
      onSubmit={(event) => void submit(event)}
      className="flex flex-col gap-3 border-t border-line p-4"
    >
      <Field
        stacked
        label="New password"
        help="8 characters or more. Ends the sessions of this person."
        error={form.formState.errors.password?.message}
      >
        <Input {...form.register("password")} type="password" autoComplete="new-password" />
      </Field>
      {problem !== undefined && (
        <Callout tone="fail" announce>
          {problem}
        </Callout>
      )}
      <Button type="submit" className="self-start" pending={set.isPending}>
        Set password
      </Button>
    </form>
  );
}
