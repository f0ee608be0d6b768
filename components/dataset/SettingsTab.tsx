"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { RenameDatasetInput } from "@/server/contracts/project";
import { useDataset, whyReadOnlyDataset } from "@/components/dataset/use-dataset";
import { placeServerErrors } from "@/components/form/server-errors";
import { NAME_HELP } from "@/components/project/names";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { CopyButton } from "@/components/ui/CopyButton";
import { Field } from "@/components/ui/Field";
import { formatNoun } from "@/components/ui/format";
import { Input } from "@/components/ui/Input";
import { RelativeTime } from "@/components/ui/RelativeTime";
import { toast } from "@/components/ui/Toaster";

const NameForm = RenameDatasetInput.pick({ name: true });

/** Name, folder, and the way out. */
export function SettingsTab({ datasetId }: { datasetId: number }) {
  const { dataset } = useDataset(datasetId);
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<string>();
  const disabledReason = whyReadOnlyDataset(dataset);
  const form = useForm({ resolver: zodResolver(NameForm), values: { name: dataset.name } });
  const rename = useMutation(trpc.dataset.rename.mutationOptions());
  const submit = form.handleSubmit(async ({ name }) => {
    setProblem(undefined);
    try {
      await rename.mutateAsync({ dataset_id: datasetId, name });
      await queryClient.invalidateQueries(trpc.dataset.pathFilter());
      toast("Dataset renamed. Its folder keeps its name.");
    } catch (err) {
      setProblem(placeServerErrors(err, form, ["name"]));
    }
  });
  const { errors, isDirty } = form.formState;
  return (
    <div className="max-w-[720px] px-(--gutter) py-5">
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <Field
          label="Name"
          help={NAME_HELP}
          error={errors.name?.message}
          changed={isDirty}
          action={
            <Button
              type="submit"
              pending={rename.isPending}
              disabledReason={disabledReason ?? (isDirty ? undefined : "The name is not changed yet.")}
            >
              Rename
            </Button>
          }
        >
          <Input {...form.register("name")} readOnly={disabledReason !== undefined} />
        </Field>
        {problem !== undefined && (
          <Callout tone="fail" announce>
            {problem}
          </Callout>
        )}
        <Field label="Folder" help="Where images are written. Fixed for good, also when names change.">
          <Input
            mono
            readOnly
            value={dataset.zarr_dir}
            suffix={<CopyButton text={dataset.zarr_dir} label="Copy folder" />}
            className="pr-1!"
          />
        </Field>
        <Field label="Created" group>
          <span className="leading-[30px]">
            <RelativeTime value={dataset.timestamp_created} />
          </span>
        </Field>
      </form>
      <DeleteDataset dataset={dataset} disabledReason={disabledReason} />
    </div>
  );
}

type DeleteProps = {
  dataset: { id: number; name: string; images: number; zarr_dir: string; project_id: number };
  disabledReason: string | undefined;
};

function DeleteDataset({ dataset, disabledReason }: DeleteProps) {
  const [isOpen, setOpen] = useState(false);
  const router = useRouter();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.dataset.delete.mutationOptions());
  return (
    <section aria-labelledby="delete-dataset" className="mt-8 border-t border-line pt-5">
      <h2 id="delete-dataset" className="font-semibold">
        Delete this dataset
      </h2>
      <p className="mt-1 mb-3 text-ink-2">
        The list of {formatNoun(dataset.images, "image")} goes, and the history of its jobs. The files on disk
        and the logs of the jobs stay. Refused while a job works on it.
      </p>
      <Button variant="danger-outline" disabledReason={disabledReason} onClick={() => setOpen(true)}>
        <Trash2 strokeWidth={1.75} />
        Delete dataset
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Delete “${dataset.name}”?`}
        confirmLabel="Delete dataset"
        onConfirm={async () => {
          await remove.mutateAsync({ dataset_id: dataset.id });
          // Not awaited and not this dataset: asking for it again would be a 404.
          void queryClient.invalidateQueries(trpc.dataset.list.pathFilter());
          void queryClient.invalidateQueries(trpc.project.pathFilter());
          toast(`Dataset ${dataset.name} deleted. Its files are still on disk.`);
          router.replace(`/projects/${dataset.project_id}`);
        }}
      >
        <p>
          The list of {formatNoun(dataset.images, "image")} and what is known of each unit of its jobs go, for
          everybody. The jobs stay, with their archives of logs. The files in{" "}
          <code className="break-all">{dataset.zarr_dir}</code> stay on disk. This cannot be undone.
        </p>
      </ConfirmDialog>
    </section>
  );
}
