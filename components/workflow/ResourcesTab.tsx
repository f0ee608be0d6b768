"use client";

import { callResources } from "@/server/domain/tasks/calls";
import { inWords, type JsonMap } from "../form/json";
import { JsonEditor } from "../form/JsonEditor";
import { UndoSlot } from "../form/schema-field";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { partsOf, problemsAt, type Part } from "./task-settings";
import type { TaskEditor } from "./use-drafts";

type Known = { key: string; label: string; unit: string; help: string; isText?: boolean };

const KNOWN: Record<Part, readonly Known[]> = {
  non_parallel: [
    { key: "cpus_per_task", label: "CPUs", unit: "for the call", help: "Processors that it may use." },
    { key: "mem", label: "Memory", unit: "MB", help: "Megabytes, or a text like 4G.", isText: true },
  ],
  parallel: [
    {
      key: "cpus_per_task",
      label: "CPUs per image",
      unit: "CPUs",
      help: "Processors that one image may use.",
    },
    {
      key: "mem",
      label: "Memory per image",
      unit: "MB",
      help: "Megabytes, or a text like 4G.",
      isText: true,
    },
    {
      key: "parallel_tasks_per_job",
      label: "Images at once",
      unit: "images",
      help: "How many run side by side. Empty: as many as the machine allows.",
    },
  ],
};
const TITLES: Record<Part, string> = { non_parallel: "First call", parallel: "Each image" };

/** What each call may use; the task's own wish is the default. */
export function ResourcesTab({ editor, readOnly }: { editor: TaskEditor; readOnly: boolean }) {
  const parts = partsOf(editor.task);
  return (
    <div className="flex max-w-[760px] flex-col gap-6 px-(--gutter) py-4">
      {parts.map((part) => (
        <section key={part} aria-label={TITLES[part]}>
          {parts.length > 1 && <h3 className="mb-3 font-semibold">{TITLES[part]}</h3>}
          <PartResources part={part} editor={editor} readOnly={readOnly} />
        </section>
      ))}
    </div>
  );
}

function PartResources({ part, editor, readOnly }: { part: Part; editor: TaskEditor; readOnly: boolean }) {
  const name = `meta_${part}` as const;
  const meta = editor.values[name];
  const defaults = editor.task.task[name];
  const judged = callResources(defaults, meta);
  const problem = problemsAt(editor.problems, name)[""] ?? (judged.ok ? undefined : judged.why);
  const known = KNOWN[part].map(({ key }) => key);
  const rest = Object.fromEntries(Object.entries(meta).filter(([key]) => !known.includes(key)));
  const set = (key: string, value: unknown) => {
    const { [key]: _, ...others } = meta;
    editor.edit(name, value === undefined ? others : { ...others, [key]: value });
  };
  return (
    <div className="flex flex-col gap-4">
      {KNOWN[part].map(({ key, label, unit, help, isText }) => {
        const value = meta[key] ?? defaults[key];
        const isChanged = key in meta && meta[key] !== defaults[key];
        return (
          <Field
            key={key}
            label={label}
            help={help}
            changed={isChanged}
            error={problem?.startsWith(`${key} `) === true ? problem : undefined}
            action={
              <UndoSlot shown={isChanged && !readOnly} label={label} onUndo={() => set(key, defaults[key])} />
            }
          >
            <Input
              inputMode={isText === true ? "text" : "numeric"}
              value={typeof value === "number" || typeof value === "string" ? String(value) : ""}
              unit={isChanged ? `default ${inWords(defaults[key] ?? null)}` : unit}
              readOnly={readOnly}
              onChange={(event) => set(key, parse(event.target.value))}
            />
          </Field>
        );
      })}
      {Object.keys(rest).length > 0 && (
        <JsonEditor
          key={`${part} ${editor.revision}`}
          label="Other settings"
          help="Handed to the resource as they are."
          value={rest}
          readOnly={readOnly}
          problems={
            problem !== undefined && !known.some((key) => problem.startsWith(`${key} `))
              ? { "": problem }
              : {}
          }
          unfinished={editor.unfinished[name]}
          onChange={(next: JsonMap) =>
            editor.edit(name, {
              ...Object.fromEntries(Object.entries(meta).filter(([key]) => known.includes(key))),
              ...next,
            })
          }
          onUnfinished={(text) => editor.keepText(name, text)}
        />
      )}
    </div>
  );
}

/** A number if it is one; text otherwise, for the check to explain; nothing if it is empty. */
function parse(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
}
