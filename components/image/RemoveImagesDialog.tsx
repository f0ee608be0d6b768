"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { ConfirmDialog } from "@/components/ui/ConfirmDialog";
import { formatCount, formatNoun } from "@/components/ui/format";
import { toast } from "@/components/ui/Toaster";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  datasetId: number;
  imageIds: readonly number[];
  /** Path of the image when it is one. */
  path?: string;
  onRemoved: () => void;
};

/** Takes images off the list; files stay. */
export function RemoveImagesDialog({ open, onOpenChange, datasetId, imageIds, path, onRemoved }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.image.remove.mutationOptions());
  const count = imageIds.length;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={
        count === 1
          ? "Remove this image from the list?"
          : `Remove ${formatCount(count)} images from the list?`
      }
      confirmLabel={`Remove ${formatCount(count)}`}
      onConfirm={async () => {
        const { removed } = await remove.mutateAsync({ dataset_id: datasetId, image_ids: [...imageIds] });
        await queryClient.invalidateQueries(trpc.image.pathFilter());
        void queryClient.invalidateQueries(trpc.dataset.pathFilter());
        onRemoved();
        toast(`${formatNoun(removed, "image")} removed from the list.`);
      }}
    >
      {path !== undefined && (
        <p className="mb-1.5">
          <code className="break-all">{path}</code>
        </p>
      )}
      <p>
        The files on disk stay, and so does the history. Later tasks of this dataset will not see{" "}
        {count === 1 ? "it" : "them"}; you can add {count === 1 ? "it" : "them"} again by path.
      </p>
    </ConfirmDialog>
  );
}
