"use client";

import { useSuspenseQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useRouter } from "next/navigation";
import { useDeferredValue, useMemo, useState } from "react";
import { ColumnMenu } from "@/components/dataset/ColumnMenu";
import { columnWidths, defaultColumns, numericAttributes } from "@/components/dataset/columns";
import { Facets } from "@/components/dataset/Facets";
import { FilterChips } from "@/components/dataset/FilterChips";
import { PlatePanel } from "@/components/dataset/PlatePanel";
import { datasetAddress } from "@/components/dataset/search-params";
import { TaskSelect } from "@/components/dataset/TaskSelect";
import { useDataset, whyReadOnlyDataset } from "@/components/dataset/use-dataset";
import { useDatasetParams } from "@/components/dataset/use-dataset-params";
import { imageQuery } from "@/components/dataset/image-query";
import { filterKey, useImagePages } from "@/components/dataset/use-image-pages";
import { usePlate } from "@/components/dataset/use-plate";
import { FilterField } from "@/components/form/FilterField";
import { ImageInspector } from "@/components/image/ImageInspector";
import { ImageTable } from "@/components/image/ImageTable";
import { imagePath } from "@/components/image/path";
import { SplitPane } from "@/components/shell/SplitPane";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/EmptyState";
import type { ImageFacets, ImageRow } from "@/server/contracts/image";
import { formatCount, formatNoun } from "@/components/ui/format";
import { LoadingLine } from "@/components/ui/LoadingLine";
import { Sheet } from "@/components/ui/Sheet";

/** Filters, table, plate and one image: all of it in the address. */
export function ImagesTab({ datasetId }: { datasetId: number }) {
  const { dataset, refreshMs } = useDataset(datasetId);
  const view = useDatasetParams();
  const { params, set } = view;
  const { data: facets } = useSuspenseQuery(
    useTRPC().image.facets.queryOptions({ dataset_id: datasetId }, { refetchInterval: refreshMs }),
  );
  // The rows of the old filter stay until those of the new one are there.
  const query = imageQuery(datasetId, params);
  const key = JSON.stringify(query);
  const shownKey = useDeferredValue(key);
  const shownQuery = JSON.parse(shownKey) as typeof query;
  const images = useImagePages(shownQuery, refreshMs);
  const plate = usePlate(datasetId, facets, view, refreshMs);
  const router = useRouter();
  const [isFilterOpen, setFilterOpen] = useState(false);

  // By content: polling brings equal facets as new objects, and the table compares by identity.
  const facetKey = JSON.stringify([params.columns, facets]);
  const layout = useMemo(() => tableLayout(facetKey), [facetKey]);

  const disabledReason = whyReadOnlyDataset(dataset);
  const pathOf = (image: ImageRow) => imagePath(image.zarr_url, dataset.zarr_dir);
  const hrefOf = (path: string) => datasetAddress({ ...params, image: path });
  const platePanel = plate && <PlatePanel plate={plate} view={view} />;
  const shownAt = images.rows.findIndex((image) => pathOf(image) === params.image);
  const neighbour = (at: number) => {
    const row = shownAt < 0 ? undefined : images.rows[at];
    return row ? pathOf(row) : null;
  };
  const look = (image: ImageRow) => {
    const at = images.offset + images.rows.indexOf(image);
    router.push(`/datasets/${datasetId}/image${datasetAddress({ ...params, image: pathOf(image), at })}`);
  };
  const inspector = params.image !== "" && (
    <ImageInspector
      key={params.image}
      dataset={dataset}
      path={params.image}
      workflowTaskId={params.task}
      known={images.rows[shownAt]}
      hrefOf={hrefOf}
      view={view}
      previous={neighbour(shownAt - 1)}
      next={neighbour(shownAt + 1)}
      at={shownAt < 0 ? null : images.offset + shownAt}
      disabledReason={disabledReason}
      onClose={() => set({ image: null })}
    />
  );
  const search = (
    <FilterField label="Path or well" value={params.q} onValueChange={(q) => set({ q: q || null })} />
  );
  if (images.total === 0)
    return (
      <EmptyState bare title="No images yet">
        Run a workflow that starts with a converter to fill the list from raw images, or add an image that
        lies in the folder of the dataset with Add image.
      </EmptyState>
    );
  return (
    <SplitPane
      id="dataset"
      startWidth={224}
      inspectorWidth={360}
      inspectorBesideOnly={params.image === ""}
      start={
        <>
          <div className="p-5 pb-4 max-lg:p-(--gutter) max-lg:pb-0">
            {search}
            <div className="mt-3.5 max-lg:hidden">
              <Facets facets={facets} view={view} />
            </div>
          </div>
          <div className="border-line xl:hidden lg:border-t">{platePanel}</div>
        </>
      }
      inspector={
        (platePanel !== null || inspector !== false) && (
          <>
            {platePanel !== null && (
              <div className="shrink-0 border-b border-line max-xl:hidden">{platePanel}</div>
            )}
            {inspector}
          </>
        )
      }
    >
      <div className="relative flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-line px-(--gutter) py-2 lg:border-b">
        <p className="mr-1 whitespace-nowrap">
          <span className="font-semibold">{formatCount(images.matching)}</span>{" "}
          <span className="text-ink-3">
            {images.matching === images.total
              ? images.total === 1
                ? "image"
                : "images"
              : `of ${formatNoun(images.total, "image")}`}
          </span>
        </p>
        <FilterChips view={view} />
        <div className="ml-auto flex min-w-0 items-center gap-2">
          <TaskSelect datasetId={datasetId} value={params.task} onValueChange={(task) => set({ task })} />
          <Button className="lg:hidden" onClick={() => setFilterOpen(true)}>
            <ListFilter strokeWidth={1.75} />
            Filters
          </Button>
          <ColumnMenu
            names={facets.attributes.map(({ name }) => name)}
            shown={layout.attributes}
            onChange={(columns) => set({ columns })}
          />
        </div>
        <LoadingLine
          active={key !== shownKey}
          label="Loading images"
          className="absolute inset-x-0 -bottom-px"
        />
      </div>
      <ImageTable
        // Another filter starts at the top and without chosen rows.
        key={filterKey(shownQuery)}
        dataset={dataset}
        window={images}
        attributes={layout.attributes}
        widths={layout.widths}
        numeric={layout.numeric}
        withState={params.task !== null}
        selectedPath={params.image || null}
        hrefOf={hrefOf}
        onLook={look}
        disabledReason={disabledReason}
        empty={
          <EmptyState
            bare
            title={`0 of ${formatNoun(images.total, "image")} match these filters`}
            action={<Button onClick={view.clearFilters}>Clear filters</Button>}
          />
        }
      />
      <Sheet open={isFilterOpen} onOpenChange={setFilterOpen} title="Filters">
        <div className="p-4">
          <Facets facets={facets} view={view} />
        </div>
      </Sheet>
    </SplitPane>
  );
}

/** @param key JSON of the chosen columns (null: the usual ones) and the facets */
function tableLayout(key: string) {
  const [columns, facets] = JSON.parse(key) as [string[] | null, ImageFacets];
  return {
    attributes: columns ?? defaultColumns(facets),
    widths: columnWidths(facets),
    numeric: numericAttributes(facets).map(({ name }) => name),
  };
}
