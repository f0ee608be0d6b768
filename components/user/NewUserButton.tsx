"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { FormDialog } from "../form/FormDialog";
import { placeServerErrors } from "../form/server-errors";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { Textarea } from "../ui/Textarea";
import { toast } from "../ui/Toaster";
import { Email, Password } from "@/server/contracts/user";
import { linesOf } from "./user-words";

const NewUser = z.object({
  email: Email,
  /** Empty: only the institute's account opens it. */
  password: z.union([z.literal(""), Password]),
  project_dirs: z.string().refine((text) => linesOf(text).length > 0, "Give at least one folder."),
});
const EMPTY = { email: "", password: "", project_dirs: "" };

/** The least that makes an account; it opens beside the list, where the rest is given. */
export function NewUserButton() {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({ resolver: zodResolver(NewUser), defaultValues: EMPTY });
  const create = useMutation(trpc.user.create.mutationOptions());
  const open = () => {
    form.reset(EMPTY);
    setProblem(undefined);
    setOpen(true);
  };
  const submit = form.handleSubmit(async ({ email, password, project_dirs }) => {
    setProblem(undefined);
    try {
      const { user_id } = await create.mutateAsync({
        email,
        project_dirs: linesOf(project_dirs),
        ...(password === "" ? {} : { password }),
      });
      await queryClient.invalidateQueries(trpc.user.pathFilter());
      setOpen(false);
      toast(`Account ${email} is there. Give it a profile, so that it can run jobs.`);
      params.go({ user: user_id, q: null, show: null });
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["email", "password", "project_dirs"]));
    }
  });
  const { errors } = form.formState;
  return (
    <>
      <Button variant="solid" onClick={open}>
        <Plus strokeWidth={1.75} />
        New user
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="New user"
        submitLabel="Create account"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field label="E-mail" required error={errors.email?.message}>
          <Input {...form.register("email")} type="email" autoComplete="off" />
        </Field>
        <Field
          label="Password"
          help="Leave it empty for people who log in with the institute’s account."
          error={errors.password?.message}
        >
          <Input {...form.register("password")} type="password" autoComplete="new-password" />
        </Field>
        <Field
          label="Project folders"
          required
          help="One a line; the first is where new datasets go."
          error={errors.project_dirs?.message}
        >
          <Textarea {...form.register("project_dirs")} mono rows={2} />
        </Field>
      </FormDialog>
    </>
  );
}
