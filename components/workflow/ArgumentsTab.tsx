"use client";

import { Search } from "lucide-react";
import { useState } from "react";
import { CALL_WORDS } from "@/server/domain/tasks/calls";
import { isMap, type JsonMap } from "../form/json";
import { JsonEditor } from "../form/JsonEditor";
import { argumentNames, prepareSchema } from "../form/schema-prepare";
import { changesBetween } from "../form/schema-values";
import { ArgumentsJson, SchemaForm } from "../form/SchemaForm";
import { usePageParams } from "../shell/ShallowLinks";
import { Chip } from "../ui/Chip";
import { formatCount } from "../ui/format";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";
import { partsOf, problemsAt, schemaOf } from "./task-settings";
import type { TaskEditor } from "./use-drafts";

/** With fewer arguments a search field is only in the way. */
const MIN_FOR_SEARCH = 6;

/** The arguments of both calls as forms or as JSON. */
export function ArgumentsTab({ editor, readOnly }: { editor: TaskEditor; readOnly: boolean }) {
  const params = usePageParams();
  const [search, setSearch] = useState("");
  const [isModifiedOnly, setModifiedOnly] = useState(false);
  const { task } = editor;
  const view = params.get("view") === "json" ? "json" : "form";

  const parts = partsOf(task).map((part) => {
    const schema = schemaOf(task, part);
    const values = editor.values[`args_${part}`];
    const names = argumentNames(schema);
    const modified = schema === null ? [] : changesBetween(schema, {}, values).map(({ name }) => name);
    return { part, schema, values, names, modified };
  });
  // A call without anything to set is not worth a heading.
  const shown = parts.filter(({ schema, names, values }) =>
    schema === null || !prepareSchema(schema).ok ? true : names.length > 0 || Object.keys(values).length > 0,
  );
  const count = parts.reduce((sum, { names }) => sum + names.length, 0);
  const modifiedCount = parts.reduce((sum, { modified }) => sum + modified.length, 0);
  if (shown.length === 0) return <p className="p-(--gutter) text-ink-3">This task has no arguments.</p>;

  return (
    <div className="px-(--gutter) py-3">
      <div className="mb-4 flex flex-wrap items-center gap-2">
        {view === "form" && count >= MIN_FOR_SEARCH && (
          <Input
            type="search"
            aria-label="Find an argument"
            placeholder="Find an argument"
            icon={<Search strokeWidth={1.75} />}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="w-56! max-md:w-full!"
          />
        )}
        {view === "form" && (modifiedCount > 0 || isModifiedOnly) && (
          <Chip
            on={isModifiedOnly}
            count={formatCount(modifiedCount)}
            onClick={() => setModifiedOnly(!isModifiedOnly)}
          >
            Modified
          </Chip>
        )}
        <Segmented
          label="Edit as"
          className="ml-auto"
          value={view}
          onValueChange={(next) => params.go({ view: next === "json" ? "json" : null }, { replace: true })}
          options={[
            { value: "form", label: "Form" },
            { value: "json", label: "JSON" },
          ]}
        />
      </div>
      <div className="flex max-w-[760px] flex-col gap-6">
        {shown.map(({ part, schema, values, names, modified }) => {
          const key = `${task.id} ${part} ${editor.revision} ${view}`;
          const label = shown.length > 1 || parts.length > 1 ? CALL_WORDS[part] : "Arguments";
          const common = {
            label,
            value: values,
            problems: problemsAt(editor.problems, `args_${part}`),
            readOnly,
            unfinished: editor.unfinished[`args_${part}`],
            onChange: (next: JsonMap) => editor.edit(`args_${part}`, next),
            onUnfinished: (text: string) => editor.keepText(`args_${part}`, text),
          };
          const hidden = names.filter(
            (name) =>
              (isModifiedOnly && !modified.includes(name)) ||
              (search !== "" && !isFound(schema, name, search)),
          );
          return (
            <section key={part} aria-label={label}>
              {parts.length > 1 && view === "form" && (
                <h3 className="mb-3 font-semibold">{CALL_WORDS[part]}</h3>
              )}
              {schema === null ? (
                <JsonEditor {...common} key={key} help="The package ships no schema for these arguments." />
              ) : view === "json" ? (
                <ArgumentsJson
                  {...common}
                  key={key}
                  schema={schema}
                  version={task.task.args_schema_version}
                />
              ) : (
                <SchemaForm
                  {...common}
                  key={key}
                  schema={schema}
                  version={task.task.args_schema_version}
                  hidden={hidden}
                />
              )}
              {hidden.length > 0 && hidden.length === names.length && (
                <p className="text-ink-3">{`0 of ${names.length} arguments match.`}</p>
              )}
            </section>
          );
        })}
      </div>
    </div>
  );
}

function isFound(schema: JsonMap | null, name: string, search: string): boolean {
  const properties = schema?.["properties"];
  const property = isMap(properties) ? properties[name] : undefined;
  const words = isMap(property) ? [name, property["title"], property["description"]] : [name];
  return words.join(" ").toLowerCase().includes(search.trim().toLowerCase());
}
