"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { DatasetTable } from "@/components/dataset/DatasetTable";
import { FilterField } from "@/components/form/FilterField";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/EmptyState";
import { formatNoun } from "@/components/ui/format";
import { LinkButton } from "@/components/ui/LinkButton";

/** The finder over the datasets of all projects. */
export function DatasetsView() {
  const [filter, setFilter] = useQueryState("q", parseAsString.withDefault(""));
  const total = useQuery(useTRPC().dataset.list.queryOptions({})).data?.length ?? 0;
  return (
    <>
      {total > 0 && (
        <div className="flex px-(--gutter) pt-3 pb-2">
          <FilterField
            label="Filter by dataset or project"
            value={filter}
            onValueChange={(text) => void setFilter(text || null)}
            className="max-w-80 max-md:max-w-none"
          />
        </div>
      )}
      <DatasetTable
        filter={filter}
        empty={
          total === 0 ? (
            <EmptyState
              bare
              title="No datasets yet"
              action={<LinkButton href="/projects">Go to Projects</LinkButton>}
            >
              A dataset is a list of images. It belongs to a project, and is made there.
            </EmptyState>
          ) : (
            <EmptyState
              bare
              title={`0 of ${formatNoun(total, "dataset")} match “${filter}”`}
              action={<Button onClick={() => void setFilter(null)}>Empty the filter</Button>}
            />
          )
        }
      />
    </>
  );
}
