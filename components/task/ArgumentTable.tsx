import type { TaskView } from "@/server/contracts/task";
import { argumentNames } from "../form/schema-prepare";
import { argumentRows } from "./task-words";

const PARTS = [
  { key: "args_schema_non_parallel", title: "First call" },
  { key: "args_schema_parallel", title: "Each image" },
] as const;

/** What can be set, as a table; headings only where a task has two parts. */
export function ArgumentTables({ task }: { task: TaskView }) {
  const parts = PARTS.map(({ key, title }) => ({
    title,
    rows: argumentRows(task[key], argumentNames(task[key] === null ? null : { ...task[key] })),
  })).filter(({ rows }) => rows.length > 0);
  if (parts.length === 0) return <p className="text-ink-3">This task has no arguments.</p>;
  return (
    <div className="flex flex-col gap-5">
      {parts.map(({ title, rows }) => (
        <div key={title}>
          {parts.length > 1 && <h3 className="mb-1.5 font-semibold">{title}</h3>}
          <div
            role="region"
            tabIndex={0}
            aria-label={`Arguments, ${title.toLowerCase()}`}
            className="overflow-x-auto"
          >
            <table className="w-full min-w-[560px] border-separate border-spacing-0">
              <thead>
                <tr className="text-left text-12 text-ink-3 [&_th]:border-b [&_th]:border-line-2 [&_th]:py-1.5 [&_th]:pr-4 [&_th]:font-medium">
                  <th scope="col">Argument</th>
                  <th scope="col">Type</th>
                  <th scope="col">Default</th>
                  <th scope="col">Meaning</th>
                </tr>
              </thead>
              <tbody className="[&_td]:border-b [&_td]:border-line [&_td]:py-2 [&_td]:pr-4 [&_td]:align-top [&_th]:border-b [&_th]:border-line [&_th]:py-2 [&_th]:pr-4 [&_th]:align-top">
                {rows.map((row) => (
                  <tr key={row.name}>
                    <th scope="row" className="text-left font-medium">
                      {row.title}
                      <code className="block font-normal text-ink-3">{row.name}</code>
                    </th>
                    <td className="font-mono text-12 text-ink-2">{row.type}</td>
                    <td className="font-mono text-12 text-ink-2">
                      {row.default ?? (
                        <span className="font-sans text-ink-3">{row.isRequired ? "required" : "none"}</span>
                      )}
                    </td>
                    <td className="text-ink-2">{row.description}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      ))}
    </div>
  );
}
