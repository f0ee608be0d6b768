import { ArrowRight } from "lucide-react";
import type { TaskView } from "@/server/contracts/task";
import { isConverter } from "@/server/domain/tasks/calls";
import { typeChanges } from "./task-words";

/** Which images a task takes and what it makes of them, one line for each type. */
export function TypeChangeList({ task }: { task: Pick<TaskView, "type" | "input_types" | "output_types"> }) {
  const changes = typeChanges(task.input_types, task.output_types);
  if (changes.length === 0) {
    return (
      <p className="text-ink-2">
        {isConverter(task.type)
          ? "Needs no images; makes its own."
          : "Takes images of any type and leaves it as it is."}
      </p>
    );
  }
  return (
    <ul className="flex flex-col gap-1">
      {changes.map(({ name, needs, gives }) => (
        <li key={name} className="flex flex-wrap items-center gap-1.5 text-12">
          <code>{name}</code>
          <span className="text-ink-3">{needs === null ? "any" : `needs ${needs}`}</span>
          {gives !== null && (
            <>
              <ArrowRight size={12} strokeWidth={1.75} aria-label="becomes" className="text-ink-3" />
              <span className="font-medium">{String(gives)}</span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
