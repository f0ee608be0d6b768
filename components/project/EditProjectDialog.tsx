"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { FormDialog } from "@/components/form/FormDialog";
import { placeServerErrors } from "@/components/form/server-errors";
import { NAME_HELP } from "@/components/project/names";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Textarea } from "@/components/ui/Textarea";
import { SafeName } from "@/server/contracts/common";

const ProjectForm = z.object({ name: SafeName, description: z.string() });

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  project: { name: string; description: string | null };
  /** Rejects with the server's error, which is shown at the field. */
  onSave: (change: { name: string; description: string | null }) => Promise<unknown>;
};

/** Name and description of a project. */
export function EditProjectDialog({ open, onOpenChange, project, onSave }: Props) {
  const [problem, setProblem] = useState<string>();
  const form = useForm({
    resolver: zodResolver(ProjectForm),
    values: { name: project.name, description: project.description ?? "" },
  });
  const submit = form.handleSubmit(async ({ name, description }) => {
    setProblem(undefined);
    try {
      await onSave({ name, description: description.trim() || null });
      onOpenChange(false);
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name", "description"]));
    }
  });
  const { errors, isSubmitting, isDirty } = form.formState;
  return (
    <FormDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) form.reset();
        setProblem(undefined);
        onOpenChange(next);
      }}
      title="Edit project"
      subtitle={project.name}
      submitLabel="Save"
      isPending={isSubmitting}
      problem={problem}
      disabledReason={isDirty ? undefined : "Nothing is changed yet."}
      onSubmit={() => void submit()}
    >
      <Field label="Name" required help={NAME_HELP} error={errors.name?.message}>
        <Input {...form.register("name")} />
      </Field>
      <Field label="Description" error={errors.description?.message}>
        <Textarea rows={2} {...form.register("description")} />
      </Field>
    </FormDialog>
  );
}
