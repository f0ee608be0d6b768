"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { FormDialog } from "@/components/form/FormDialog";
import { placeServerErrors } from "@/components/form/server-errors";
import { NAME_HELP } from "@/components/project/names";
import { beginNavigation } from "@/components/shell/NavigationProgress";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Textarea } from "@/components/ui/Textarea";
import { toast } from "@/components/ui/Toaster";
import { SafeName } from "@/server/contracts/common";

const ProjectForm = z.object({ name: SafeName, description: z.string() });
const EMPTY = { name: "", description: "" };

/** The solid button of Home and Projects with its dialog; leads to the new project. */
export function NewProjectButton({ variant = "solid" }: { variant?: "solid" | "outline" }) {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({ resolver: zodResolver(ProjectForm), defaultValues: EMPTY });
  const create = useMutation(trpc.project.create.mutationOptions());

  const open = () => {
    form.reset(EMPTY);
    setProblem(undefined);
    setOpen(true);
  };
  const submit = form.handleSubmit(async ({ name, description }) => {
    setProblem(undefined);
    try {
      const { project_id } = await create.mutateAsync({ name, description: description.trim() || null });
      void queryClient.invalidateQueries(trpc.project.list.queryFilter());
      setOpen(false);
      toast(`Project ${name} is there. Add a dataset and a workflow.`);
      beginNavigation();
      router.push(`/projects/${project_id}`);
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name", "description"]));
    }
  });
  const { errors } = form.formState;
  return (
    <>
      <Button variant={variant} onClick={open}>
        <Plus strokeWidth={1.75} />
        New project
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="New project"
        submitLabel="Create project"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field label="Name" required help={NAME_HELP} error={errors.name?.message}>
          <Input {...form.register("name")} />
        </Field>
        <Field
          label="Description"
          help="One line for you and the people you share it with."
          error={errors.description?.message}
        >
          <Textarea rows={2} {...form.register("description")} />
        </Field>
      </FormDialog>
    </>
  );
}
