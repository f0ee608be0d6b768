"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { CreateWorkflowInput } from "@/server/contracts/workflow";
import { FormDialog } from "@/components/form/FormDialog";
import { placeServerErrors } from "@/components/form/server-errors";
import { useTRPC } from "@/components/trpc/client";
import { useOpenWorkflow } from "@/components/project/use-open-workflow";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";

const WorkflowForm = CreateWorkflowInput.pick({ name: true });

type Props = {
  project: { id: number; name: string };
  variant?: "solid" | "outline";
  disabledReason: string | undefined;
};

/** An empty workflow, to be composed on its own page. */
export function NewWorkflowButton({ project, variant = "solid", disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const openWorkflow = useOpenWorkflow();
  const form = useForm({ resolver: zodResolver(WorkflowForm), defaultValues: { name: "" } });
  const create = useMutation(useTRPC().workflow.create.mutationOptions());

  const open = () => {
    form.reset({ name: "" });
    setProblem(undefined);
    setOpen(true);
  };
  const submit = form.handleSubmit(async ({ name }) => {
    setProblem(undefined);
    try {
      const { workflow_id } = await create.mutateAsync({ project_id: project.id, name });
      setOpen(false);
      openWorkflow(workflow_id, `Workflow ${name} is there, without tasks yet.`);
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name"]));
    }
  });
  return (
    <>
      <Button variant={variant} disabledReason={disabledReason} onClick={open}>
        <Plus strokeWidth={1.75} />
        New workflow
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="New workflow"
        subtitle={project.name}
        submitLabel="Create workflow"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field
          label="Name"
          required
          help="Unique in this project. Tasks are added on the next page."
          error={form.formState.errors.name?.message}
        >
          <Input {...form.register("name")} />
        </Field>
      </FormDialog>
    </>
  );
}
