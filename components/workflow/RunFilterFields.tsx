"use client";

import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import type { DatasetSummary } from "@/server/contracts/project";
import type { WorkflowTaskView } from "@/server/contracts/workflow";
import { useTRPC } from "../trpc/client";
import { FilterChip } from "../ui/Chip";
import { Combobox } from "../ui/Combobox";
import { Field } from "../ui/Field";
import { formatCount, formatNoun } from "../ui/format";
import { filterChoices, withFilter, withoutFilter, type RunFilters } from "./run-filters";

type Props = {
  dataset: DatasetSummary;
  /** The first task: what it needs is fixed. */
  task: WorkflowTaskView;
  filters: RunFilters;
  onChange: (filters: RunFilters) => void;
  /** How many pass; null while it is counted. */
  images: number | null;
};

/** Which images the first task gets. */
export function RunFilterFields({ dataset, task, filters, onChange, images }: Props) {
  const { data: facets } = useQuery(useTRPC().image.facets.queryOptions({ dataset_id: dataset.id }));
  const fixed = { ...task.task.input_types, ...task.type_filters };
  const choices = facets === undefined ? [] : filterChoices(facets, filters, fixed);
  const isEmpty =
    Object.keys({ ...fixed, ...filters.type_filters, ...filters.attribute_filters }).length === 0;
  return (
    <Field
      stacked
      group
      label="Images"
      hint={
        images === null
          ? undefined
          : `${formatCount(images)} of ${formatNoun(dataset.images, "image")} match.`
      }
    >
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap gap-1.5">
          {isEmpty && <span className="text-ink-2">All of them</span>}
          {Object.entries(fixed).map(([name, value]) => (
            <FilterChip
              key={name}
              removeLabel=""
              icon={<Lock size={12} strokeWidth={1.75} aria-label="fixed by the task" />}
            >
              {`${name}: ${value}`}
            </FilterChip>
          ))}
          {Object.entries(filters.type_filters).map(([name, value]) => (
            <FilterChip
              key={name}
              removeLabel={`Remove filter ${name}: ${value}`}
              onRemove={() => onChange(withoutFilter(filters, "type", name))}
            >
              {`${name}: ${value}`}
            </FilterChip>
          ))}
          {Object.entries(filters.attribute_filters).map(([name, values]) => (
            <FilterChip
              key={name}
              removeLabel={`Remove filter ${name}`}
              onRemove={() => onChange(withoutFilter(filters, "attribute", name))}
            >
              <span className="max-w-52 truncate">{`${name}: ${values.map(String).join(" or ")}`}</span>
            </FilterChip>
          ))}
        </div>
        {choices.length > 0 && (
          <Combobox
            aria-label="Add a filter"
            placeholder="Add a filter"
            // A fresh field after each choice.
            key={choices.length}
            value={null}
            options={choices.map(({ key, label, count }) => ({
              value: key,
              label,
              note: formatCount(count),
            }))}
            onValueChange={(key) => {
              const choice = choices.find((one) => one.key === key);
              if (choice !== undefined) onChange(withFilter(filters, choice));
            }}
          />
        )}
      </div>
    </Field>
  );
}
