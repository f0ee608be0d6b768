"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "@/components/form/FormDialog";
import { sentenceOf } from "@/components/form/server-errors";
import { AttributeEditor, TypeEditor } from "@/components/image/AttributeEditor";
import {
  attributeErrors,
  attributeRows,
  toAttributes,
  toTypes,
  typeErrors,
  typeRows,
} from "@/components/image/attribute-rows";
import { useTRPC } from "@/components/trpc/client";
import { fieldsOf } from "@/components/trpc/query-client";
import { Field } from "@/components/ui/Field";
import { Input } from "@/components/ui/Input";
import { toast } from "@/components/ui/Toaster";
import { ZarrUrl } from "@/server/contracts/common";
import type { ImageRow } from "@/server/contracts/image";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  dataset: { id: number; zarr_dir: string };
  /** Null: a new entry. A dialog for another image needs another `key`. */
  image: ImageRow | null;
  onSaved?: (image: ImageRow) => void;
};

/** Adds an entry to the image list, or changes attributes and types of one. Files are not touched. */
export function ImageDialog({ open, onOpenChange, dataset, image, onSaved }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [url, setUrl] = useState(image?.zarr_url ?? `${dataset.zarr_dir}/`);
  const [attributes, setAttributes] = useState(() => attributeRows(image?.attributes ?? {}));
  const [types, setTypes] = useState(() => typeRows(image?.types ?? {}));
  const [isChecked, setChecked] = useState(false);
  const [urlError, setUrlError] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const add = useMutation(trpc.image.add.mutationOptions());
  const edit = useMutation(trpc.image.edit.mutationOptions());

  const errors = { attributes: attributeErrors(attributes), types: typeErrors(types) };
  const submit = async () => {
    setChecked(true);
    setProblem(undefined);
    setUrlError(undefined);
    const parsed = ZarrUrl.safeParse(url);
    if (!parsed.success) setUrlError(parsed.error.issues[0]?.message);
    if (!parsed.success || Object.keys({ ...errors.attributes, ...errors.types }).length > 0) return;
    const maps = { attributes: toAttributes(attributes), types: toTypes(types) };
    try {
      const saved =
        image === null
          ? await add.mutateAsync({ dataset_id: dataset.id, zarr_url: url, ...maps })
          : await edit.mutateAsync({ dataset_id: dataset.id, image_id: image.id, ...maps });
      await queryClient.invalidateQueries(trpc.image.pathFilter());
      void queryClient.invalidateQueries(trpc.dataset.pathFilter());
      onOpenChange(false);
      toast(image === null ? "Image added to the end of the list." : "Image saved.");
      onSaved?.(saved);
    } catch (err) {
      const reason = fieldsOf(err)["zarr_url"];
      setUrlError(reason);
      if (reason === undefined) setProblem(sentenceOf(err));
    }
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={image === null ? "Add image" : "Edit image"}
      submitLabel={image === null ? "Add image" : "Save"}
      isPending={add.isPending || edit.isPending}
      problem={problem}
      onSubmit={() => void submit()}
    >
      {image === null ? (
        <Field
          stacked
          label="Path"
          required
          help="Below the folder of the dataset. Nothing on disk is looked at."
          error={urlError}
        >
          <Input mono value={url} spellCheck={false} onChange={(event) => setUrl(event.target.value)} />
        </Field>
      ) : (
        <p className="text-12 text-ink-3">
          <code className="break-all text-ink-2">{image.zarr_url}</code>
          <br />
          The path is the identity of an image and cannot be changed.
        </p>
      )}
      <AttributeEditor
        rows={attributes}
        onChange={setAttributes}
        errors={isChecked ? errors.attributes : {}}
      />
      <TypeEditor rows={types} onChange={setTypes} errors={isChecked ? errors.types : {}} />
    </FormDialog>
  );
}
