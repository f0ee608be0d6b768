"use client";

import { useQuery } from "@tanstack/react-query";
import { Play, Plus } from "lucide-react";
import { useState } from "react";
import { datasetAddress, DATASET_TABS } from "@/components/dataset/search-params";
import { useDataset, whyReadOnlyDataset } from "@/components/dataset/use-dataset";
import { useDatasetParams } from "@/components/dataset/use-dataset-params";
import { ImageDialog } from "@/components/image/ImageDialog";
import { imagePath } from "@/components/image/path";
import { Crumbs } from "@/components/shell/crumbs";
import { PageHead } from "@/components/shell/PageHead";
import { StatePill } from "@/components/state/StatePill";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { CopyButton } from "@/components/ui/CopyButton";
import { cutMiddle } from "@/components/ui/cut-middle";
import { formatCount, formatNoun } from "@/components/ui/format";
import { Menu, MenuLink } from "@/components/ui/Menu";
import { Tabs } from "@/components/ui/Tabs";
import { Tag } from "@/components/ui/Tag";
import { isBusy } from "@/components/dataset/use-dataset";

const TAB_WORDS = { images: "Images", jobs: "Jobs", settings: "Settings" } as const;

/** Name, facts, buttons and tabs of a dataset. */
export function DatasetHead({ datasetId }: { datasetId: number }) {
  const { dataset } = useDataset(datasetId);
  const { params, set } = useDatasetParams();
  const [isAdding, setAdding] = useState(false);
  const [additions, setAdditions] = useState(0);
  const disabledReason = whyReadOnlyDataset(dataset);
  const here = `/datasets/${datasetId}`;
  const facts = [
    formatNoun(dataset.images, "image"),
    ...(dataset.plates > 0 ? [formatNoun(dataset.plates, "plate")] : []),
  ];
  return (
    <>
      <Crumbs
        items={[
          { label: dataset.project_name, href: `/projects/${dataset.project_id}` },
          { label: "Datasets", href: "/datasets" },
          { label: dataset.name },
        ]}
      />
      <PageHead
        title={<span className="break-words">{dataset.name}</span>}
        pill={isBusy(dataset) && dataset.last_job ? <StatePill state={dataset.last_job.state} /> : undefined}
        facts={
          <span className="inline-flex max-w-full items-center gap-2">
            <span className="whitespace-nowrap">{facts.join(", ")}</span>
            <span className="inline-flex min-w-0 items-center" title={dataset.zarr_dir}>
              <Tag mono>{cutMiddle(dataset.zarr_dir, 44)}</Tag>
              <CopyButton text={dataset.zarr_dir} label="Copy folder" />
            </span>
          </span>
        }
        actions={
          <>
            <Button
              disabledReason={disabledReason}
              onClick={() => {
                setAdditions(additions + 1);
                setAdding(true);
              }}
            >
              <Plus strokeWidth={1.75} />
              Add image
            </Button>
            <RunMenu projectId={dataset.project_id} datasetId={datasetId} />
          </>
        }
        tabs={
          <Tabs
            label="Dataset"
            current={here + datasetAddress({ tab: params.tab })}
            tabs={DATASET_TABS.map((tab) => ({
              href: here + datasetAddress({ tab }),
              label: TAB_WORDS[tab],
              ...(tab === "images" ? { count: formatCount(dataset.images) } : {}),
            }))}
          />
        }
      />
      <ImageDialog
        key={additions}
        open={isAdding}
        onOpenChange={setAdding}
        dataset={dataset}
        image={null}
        onSaved={(image) => set({ tab: "images", image: imagePath(image.zarr_url, dataset.zarr_dir) })}
      />
    </>
  );
}

/** The solid button: which workflow to run here. Its page asks what to run. */
function RunMenu({ projectId, datasetId }: { projectId: number; datasetId: number }) {
  const { data: workflows } = useQuery(useTRPC().workflow.list.queryOptions({ project_id: projectId }));
  const isEmpty = workflows?.length === 0;
  const button = (
    <Button
      variant="solid"
      disabledReason={isEmpty ? "The project has no workflow yet. Make one on its page." : undefined}
    >
      <Play strokeWidth={1.75} />
      Run a workflow
    </Button>
  );
  if (isEmpty) return button;
  return (
    <Menu trigger={button}>
      {(workflows ?? []).map((workflow) => (
        <MenuLink key={workflow.id} href={`/workflows/${workflow.id}?dataset=${datasetId}`}>
          {workflow.name}
        </MenuLink>
      ))}
    </Menu>
  );
}
