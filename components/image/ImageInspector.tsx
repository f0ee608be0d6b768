"use client";

import { useQuery } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { ImageDialog } from "@/components/image/ImageDialog";
import { imagePath, imageUrl } from "@/components/image/path";
import { RemoveImagesDialog } from "@/components/image/RemoveImagesDialog";
import { Inspector, InspectorSection } from "@/components/shell/Inspector";
import { StateWord } from "@/components/state/StateWord";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { CopyButton } from "@/components/ui/CopyButton";
import { cutMiddle } from "@/components/ui/cut-middle";
import { KeyValues } from "@/components/ui/KeyValues";
import { SkeletonLines } from "@/components/ui/Skeleton";
import { Tag } from "@/components/ui/Tag";
import type { ImageRow } from "@/server/contracts/image";

const TITLE_CHARACTERS = 34;

type Props = {
  dataset: { id: number; zarr_dir: string };
  /** Path below the folder of the dataset, from the address of the page. */
  path: string;
  workflowTaskId: number | null;
  /** The row of the list, shown until the answer is there; undefined when it is not loaded. */
  known: ImageRow | undefined;
  /** Address of this page with another image, for the way to the origin. */
  hrefOf: (path: string) => string;
  /** Why this person cannot change the list. */
  disabledReason: string | undefined;
  onClose: () => void;
};

/** One image: what is known about it, what it was made from, where it lies. */
export function ImageInspector(props: Props) {
  const { dataset, path, workflowTaskId, known, hrefOf, disabledReason, onClose } = props;
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const [edits, setEdits] = useState(0);
  const zarrUrl = imageUrl(path, dataset.zarr_dir);
  const query = useQuery(
    useTRPC().image.list.queryOptions({
      dataset_id: dataset.id,
      search: zarrUrl,
      limit: 50,
      ...(workflowTaskId === null ? {} : { workflow_task_id: workflowTaskId }),
    }),
  );
  // The search finds longer paths too.
  const image = query.data ? query.data.items.find((row) => row.zarr_url === zarrUrl) : known;
  return (
    <Inspector
      title={
        <span title={path} className="font-mono text-[12.5px]">
          {cutMiddle(path, TITLE_CHARACTERS)}
        </span>
      }
      tools={
        image && (
          <>
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label="Edit image"
              disabledReason={disabledReason}
              onClick={() => {
                // A new form each time: it starts from the image as it is now.
                setEdits(edits + 1);
                setOpen("edit");
              }}
            >
              <Pencil strokeWidth={1.75} />
            </Button>
            <Button
              variant="ghost"
              size="sm"
              icon
              aria-label="Remove from list"
              disabledReason={disabledReason}
              onClick={() => setOpen("remove")}
            >
              <Trash2 strokeWidth={1.75} />
            </Button>
          </>
        )
      }
      close={onClose}
    >
      {image ? (
        <>
          <Facts image={image} dataset={dataset} hrefOf={hrefOf} />
          <ImageDialog
            key={`${image.id}-${edits}`}
            open={open === "edit"}
            onOpenChange={(next) => setOpen(next ? "edit" : null)}
            dataset={dataset}
            image={image}
          />
          <RemoveImagesDialog
            open={open === "remove"}
            onOpenChange={(next) => setOpen(next ? "remove" : null)}
            datasetId={dataset.id}
            imageIds={[image.id]}
            path={path}
            onRemoved={onClose}
          />
        </>
      ) : query.isPending ? (
        <div className="px-4 py-2">
          <SkeletonLines label="Loading image" lines={4} />
        </div>
      ) : (
        <p className="px-4 py-3 text-ink-2">
          {query.isError ? "The image could not be loaded." : "This image is not on the list any more."}
        </p>
      )}
    </Inspector>
  );
}

function Facts({
  image,
  dataset,
  hrefOf,
}: {
  image: ImageRow;
  dataset: Props["dataset"];
  hrefOf: Props["hrefOf"];
}) {
  const attributes = Object.entries(image.attributes);
  const types = Object.entries(image.types);
  return (
    <>
      <InspectorSection title="Attributes">
        {attributes.length === 0 ? (
          <p className="text-12 text-ink-3">none</p>
        ) : (
          <KeyValues facts={attributes.map(([label, value]) => ({ label, value: String(value) }))} />
        )}
      </InspectorSection>
      <InspectorSection title="Types">
        {types.length === 0 ? (
          <p className="text-12 text-ink-3">none, so every type counts as no</p>
        ) : (
          <ul className="flex flex-wrap gap-1.5">
            {types.map(([name, value]) => (
              <li key={name}>
                <Tag tone={value ? "plain" : "line"}>{value ? name : `not ${name}`}</Tag>
              </li>
            ))}
          </ul>
        )}
      </InspectorSection>
      <InspectorSection title="How it came about">
        <Origin image={image} dataset={dataset} hrefOf={hrefOf} />
        {image.state !== null && (
          <p className="mt-2 flex items-center gap-2 text-12 text-ink-3">
            Chosen task <StateWord state={image.state} />
          </p>
        )}
      </InspectorSection>
      <InspectorSection title="Path">
        <div className="flex items-start gap-1">
          <code className="min-w-0 flex-1 text-12 break-all text-ink-2">{image.zarr_url}</code>
          <CopyButton text={image.zarr_url} label="Copy path" className="-my-1" />
        </div>
      </InspectorSection>
    </>
  );
}

function Origin({
  image,
  dataset,
  hrefOf,
}: {
  image: ImageRow;
  dataset: Props["dataset"];
  hrefOf: Props["hrefOf"];
}) {
  if (image.origin === null)
    return <p className="text-12 text-ink-2">Raw data: written by a converter, or added by hand.</p>;
  const path = imagePath(image.origin, dataset.zarr_dir);
  if (path === image.origin)
    return (
      <p className="text-12 text-ink-2">
        Made from <code className="break-all">{image.origin}</code>, outside this dataset.
      </p>
    );
  return (
    <p className="text-12 text-ink-2">
      Made from{" "}
      <Link
        href={hrefOf(path)}
        scroll={false}
        className="rounded-tag font-mono break-all text-ink underline underline-offset-3"
      >
        {path}
      </Link>
    </p>
  );
}
