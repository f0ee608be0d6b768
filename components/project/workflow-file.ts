import type { z } from "zod";
import { WorkflowFile } from "@/server/contracts/workflow";

export type ParsedWorkflow =
  | { ok: true; workflow: z.input<typeof WorkflowFile>; name: string; tasks: string[] }
  /** What is wrong, one sentence each; most important first. */
  | { ok: false; reasons: string[] };

const MAX_REASONS = 5;

/** Reads a workflow file as text and says in words what is wrong with it. */
export function parseWorkflowFile(text: string): ParsedWorkflow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (err) {
    return {
      ok: false,
      reasons: [`This is not JSON: ${err instanceof Error ? err.message : "unreadable"}.`],
    };
  }
  const parsed = WorkflowFile.safeParse(json);
  if (parsed.success)
    return {
      ok: true,
      workflow: json as z.input<typeof WorkflowFile>, // just parsed
      name: parsed.data.name,
      tasks: parsed.data.task_list.map(({ task }) => task.name),
    };
  const reasons = parsed.error.issues.map(({ path, message }) => `${placeOf(path)}: ${message}`);
  const more = reasons.length - MAX_REASONS;
  return { ok: false, reasons: [...reasons.slice(0, MAX_REASONS), ...(more > 0 ? [`${more} more.`] : [])] };
}

/** `["task_list", 2, "task", "name"]` → "Task 3, task.name". */
function placeOf(path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  if (first !== "task_list" || typeof index !== "number") return path.map(String).join(".") || "The file";
  return [`Task ${index + 1}`, rest.map(String).join(".")].filter(Boolean).join(", ");
}

/**
 * Reasons of the server by path (`task_list.2.args_parallel.channel`) as sentences with the number and name
 * of their task, in the order of the file.
 */
export function taskReasons(fields: Readonly<Record<string, string>>, tasks: readonly string[]): string[] {
  return Object.entries(fields)
    .map(([path, reason]) => ({ found: /^task_list\.(\d+)(?:\.(.+))?$/.exec(path), reason }))
    .flatMap(({ found, reason }) => (found ? [{ index: Number(found[1]), inside: found[2], reason }] : []))
    .sort((a, b) => a.index - b.index)
    .map(({ index, inside, reason }) => {
      const name = tasks[index] === undefined ? "" : ` “${tasks[index]}”`;
      return `Task ${index + 1}${name}${inside === undefined ? "" : `, ${inside}`}: ${reason}`;
    });
}
