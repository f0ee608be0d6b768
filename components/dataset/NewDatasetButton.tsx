"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Layers2, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import { z } from "zod";
import { datasetFolder } from "@/components/dataset/folder";
import { FormDialog } from "@/components/form/FormDialog";
import { placeServerErrors } from "@/components/form/server-errors";
import { NAME_HELP } from "@/components/project/names";
import { beginNavigation } from "@/components/shell/NavigationProgress";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { Select } from "@/components/ui/Select";
import { toast } from "@/components/ui/Toaster";
import { CreateDatasetInput } from "@/server/contracts/project";

const { name, zarr_subfolder } = CreateDatasetInput.shape;
const DatasetForm = z.object({
  name,
  project_dir: z.string(),
  // An empty field means: make one.
  zarr_subfolder: z.union([z.literal(""), zarr_subfolder.unwrap().unwrap()]),
});

type Props = {
  project: { id: number; name: string };
  variant?: "solid" | "outline";
  size?: "md" | "sm";
  /** Why this person cannot add a dataset here. */
  disabledReason: string | undefined;
};

/** Button and dialog; leads to the new dataset. */
export function NewDatasetButton({ project, variant = "outline", size = "md", disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const folders = useQuery(trpc.user.me.queryOptions()).data?.project_dirs ?? [];
  const blank = { name: "", project_dir: folders[0] ?? "", zarr_subfolder: "" };
  const form = useForm({ resolver: zodResolver(DatasetForm), defaultValues: blank });
  const create = useMutation(trpc.dataset.create.mutationOptions());
  const typed = useWatch({ control: form.control });
  const preview = datasetFolder({
    projectDir: typed.project_dir ?? "",
    subfolder: typed.zarr_subfolder ?? "",
    projectId: project.id,
    projectName: project.name,
    name: typed.name ?? "",
  });

  const open = () => {
    form.reset(blank);
    setProblem(undefined);
    setOpen(true);
  };
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      const { dataset_id } = await create.mutateAsync({
        project_id: project.id,
        name: values.name,
        project_dir: values.project_dir,
        zarr_subfolder: values.zarr_subfolder || null,
      });
      void queryClient.invalidateQueries(trpc.dataset.list.queryFilter());
      void queryClient.invalidateQueries(trpc.project.pathFilter());
      setOpen(false);
      toast(`Dataset ${values.name} is there, without images yet.`);
      beginNavigation();
      router.push(`/datasets/${dataset_id}`);
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name", "project_dir", "zarr_subfolder"]));
    }
  });
  const { errors } = form.formState;
  return (
    <>
      <Button variant={variant} size={size} disabledReason={disabledReason} onClick={open}>
        <Plus strokeWidth={1.75} />
        New dataset
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="New dataset"
        subtitle={project.name}
        submitLabel="Create dataset"
        isPending={create.isPending}
        problem={problem}
        onSubmit={() => void submit()}
      >
        <Field label="Name" required help={NAME_HELP} error={errors.name?.message}>
          <Input {...form.register("name")} />
        </Field>
        <Field
          label="Project folder"
          help="Your folders on this resource."
          error={errors.project_dir?.message}
        >
          <Controller
            control={form.control}
            name="project_dir"
            render={({ field }) => (
              <Select
                mono
                options={folders.map((folder) => ({ value: folder, label: folder }))}
                value={field.value}
                onValueChange={field.onChange}
              />
            )}
          />
        </Field>
        <Field
          label="Subfolder"
          help="Below the project folder. Leave empty for one of its own."
          error={errors.zarr_subfolder?.message}
        >
          <Input mono {...form.register("zarr_subfolder")} />
        </Field>
        <div className="flex gap-2.5 rounded-control bg-sunken px-3 py-2 text-12 text-ink-2">
          <Layers2 size={14} strokeWidth={1.75} aria-hidden="true" className="mt-px shrink-0 text-ink-3" />
          <p className="min-w-0">
            Images will be written to <code className="break-all text-ink">{preview}</code>
            {(typed.zarr_subfolder ?? "") === "" && " (… is the number of the dataset)"}. The folder cannot be
            changed later.
          </p>
        </div>
      </FormDialog>
    </>
  );
}
