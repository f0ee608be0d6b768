"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Lock, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { DatasetSummary } from "@/server/contracts/project";
import { isConverter } from "@/server/domain/tasks/calls";
import { TypeChangeList } from "../task/TypeChangeList";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Combobox } from "../ui/Combobox";
import { Field } from "../ui/Field";
import { formatCount, formatNoun } from "../ui/format";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";
import { problemsAt } from "./task-settings";
import type { TaskEditor } from "./use-drafts";

type Props = { editor: TaskEditor; dataset: DatasetSummary | null; readOnly: boolean };

/** Which images the task receives: what it needs, what the workflow asks in addition, how many match. */
export function TypesTab({ editor, dataset, readOnly }: Props) {
  const { task } = editor;
  if (isConverter(task.task_type)) {
    return (
      <div className="px-(--gutter) py-4">
        <p className="mb-3 max-w-prose text-ink-2">
          This task makes images and receives none, so there is nothing to choose.
        </p>
        <TypeChangeList task={task.task} />
      </div>
    );
  }
  return (
    <div className="flex max-w-[760px] flex-col gap-6 px-(--gutter) py-4">
      <section aria-label="Receives">
        <h3 className="mb-1 font-semibold">Receives</h3>
        <Matching editor={editor} dataset={dataset} />
        <ul className="mt-3 flex flex-col">
          {Object.entries(task.task.input_types).map(([type, value]) => (
            <li key={type} className="flex min-h-10 items-center gap-3 border-b border-line">
              <code className="flex-1">{type}</code>
              <span>{String(value)}</span>
              <span className="inline-flex items-center gap-1 text-12 text-ink-3">
                <Lock size={13} strokeWidth={1.75} aria-hidden="true" /> the task needs it
              </span>
            </li>
          ))}
          <OwnFilters editor={editor} readOnly={readOnly} />
        </ul>
        {!readOnly && <AddFilter editor={editor} dataset={dataset} />}
      </section>
      <section aria-label="Makes of them">
        <h3 className="mb-2 font-semibold">Makes of them</h3>
        <TypeChangeList task={task.task} />
      </section>
    </div>
  );
}

function Matching({ editor, dataset }: Omit<Props, "readOnly">) {
  const { task, values } = editor;
  const before = Object.fromEntries(
    Object.entries(task.flow.before).filter(
      ([type]) => !(type in task.type_filters) || type in values.type_filters,
    ),
  );
  const wanted = { ...before, ...task.task.input_types, ...values.type_filters };
  const { data } = useQuery(
    useTRPC().image.list.queryOptions(
      { dataset_id: dataset?.id ?? 0, type_filters: wanted, limit: 1 },
      { enabled: dataset !== null, placeholderData: keepPreviousData },
    ),
  );
  const words = Object.entries(wanted).map(([type, value]) => `${type}: ${value}`);
  return (
    <p className="max-w-prose text-ink-2">
      {words.length === 0 ? (
        "Images of any type."
      ) : (
        <>
          Images with <code>{words.join(", ")}</code>.
        </>
      )}{" "}
      {data !== undefined &&
        dataset !== null &&
        `${formatCount(data.matching)} of ${formatNoun(data.total, "image")} of ${dataset.name} match now; tasks before may make more.`}
    </p>
  );
}

function OwnFilters({ editor, readOnly }: { editor: TaskEditor; readOnly: boolean }) {
  const filters = editor.values.type_filters;
  const problems = problemsAt(editor.problems, "type_filters");
  return Object.entries(filters).map(([type, value]) => {
    const fixed = editor.task.task.input_types[type];
    const problem =
      problems[type] ??
      (fixed !== undefined && fixed !== value ? `The task needs ${type}: ${fixed}.` : undefined);
    return (
      <li key={type} className="border-b border-line py-1.5">
        <div className="flex items-center gap-3">
          <code className="min-w-0 flex-1 truncate">{type}</code>
          {readOnly ? (
            <span>{String(value)}</span>
          ) : (
            <>
              <Segmented
                size="sm"
                label={type}
                value={String(value)}
                onValueChange={(next) => editor.edit("type_filters", { ...filters, [type]: next === "true" })}
                options={[
                  { value: "true", label: "true" },
                  { value: "false", label: "false" },
                ]}
              />
              <Button
                variant="ghost"
                size="sm"
                icon
                aria-label={`Remove filter ${type}`}
                onClick={() => {
                  const { [type]: _, ...rest } = filters;
                  editor.edit("type_filters", rest);
                }}
              >
                <Trash2 strokeWidth={1.75} />
              </Button>
            </>
          )}
        </div>
        {problem !== undefined && <p className="mt-0.5 text-12 text-fail-ink">{problem}</p>}
      </li>
    );
  });
}

/** From the types that images of the dataset have, or by name. */
function AddFilter({ editor, dataset }: Omit<Props, "readOnly">) {
  const [name, setName] = useState("");
  const { data: facets } = useQuery(
    useTRPC().image.facets.queryOptions({ dataset_id: dataset?.id ?? 0 }, { enabled: dataset !== null }),
  );
  const taken = new Set([
    ...Object.keys(editor.values.type_filters),
    ...Object.keys(editor.task.task.input_types),
  ]);
  const known = (facets?.types ?? []).filter((type) => !taken.has(type.name));
  const add = (type: string) => {
    const trimmed = type.trim();
    if (trimmed === "" || taken.has(trimmed)) return;
    editor.edit("type_filters", { ...editor.values.type_filters, [trimmed]: true });
    setName("");
  };
  const isTaken = taken.has(name.trim());
  return (
    <Field
      stacked
      label="Ask for a type"
      className="mt-3 max-w-[420px]"
      error={isTaken ? `${name.trim()} is in the list already.` : undefined}
      action={
        known.length === 0 ? (
          <Button
            disabledReason={name.trim() === "" ? "Type a name first." : undefined}
            onClick={() => add(name)}
          >
            <Plus strokeWidth={1.75} /> Add
          </Button>
        ) : undefined
      }
    >
      {known.length > 0 ? (
        <Combobox
          placeholder="Types of the dataset's images"
          value={null}
          options={known.map((type) => ({
            value: type.name,
            label: type.name,
            note: `${formatCount(type.true_count)} true, ${formatCount(type.false_count)} false`,
          }))}
          onValueChange={(type) => {
            if (type !== null) add(type);
          }}
        />
      ) : (
        <Input
          mono
          placeholder="is_3D"
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") add(name);
          }}
        />
      )}
    </Field>
  );
}
