"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { placeServerErrors } from "@/components/form/server-errors";
import { useTRPC } from "@/components/trpc/client";
import { signOut } from "@/components/trpc/session";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Password } from "@/server/contracts/user";

const PasswordChange = z
  .object({
    current_password: z.string().min(1, "Type the password you use now."),
    password: Password,
    repeated: z.string(),
  })
  .refine((form) => form.password === form.repeated, {
    path: ["repeated"],
    error: "The two passwords differ.",
  });
const EMPTY = { current_password: "", password: "", repeated: "" };

/** Ends every session: the person logs in again with the new password. */
export function PasswordForm({ userId }: { userId: number }) {
  const [problem, setProblem] = useState<string>();
  const form = useForm({ resolver: zodResolver(PasswordChange), defaultValues: EMPTY });
  const change = useMutation(useTRPC().user.setPassword.mutationOptions());
  const submit = form.handleSubmit(async ({ current_password, password }) => {
    setProblem(undefined);
    try {
      await change.mutateAsync({ user_id: userId, current_password, password });
      await signOut();
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["current_password", "password"]));
    }
  });
  const { errors } = form.formState;
  return (
    <form
      noValidate
      onSubmit={(event) => void submit(event)}
      className="flex max-w-[640px] flex-col gap-4 px-(--gutter)"
    >
      <Field label="Current password" error={errors.current_password?.message}>
        <Input type="password" autoComplete="current-password" {...form.register("current_password")} />
      </Field>
      <Field label="New password" help="8 characters or more." error={errors.password?.message}>
        <Input type="password" autoComplete="new-password" {...form.register("password")} />
      </Field>
      <Field label="New password again" error={errors.repeated?.message}>
        <Input type="password" autoComplete="new-password" {...form.register("repeated")} />
      </Field>
      {problem !== undefined && (
        <Callout tone="fail" announce>
          {problem}
        </Callout>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" pending={change.isPending}>
          Change password
        </Button>
        <p className="text-12 text-ink-3">
          You log in again afterwards, here and everywhere. Tokens stay valid.
        </p>
      </div>
    </form>
  );
}
