"use client";

import { cx } from "class-variance-authority";
import { ArrowDown } from "lucide-react";
import Link from "next/link";
import type { KeyboardEvent } from "react";
import type { TaskProgress, WorkflowTaskView } from "@/server/contracts/workflow";
import { isConverter } from "@/server/domain/tasks/calls";
import { CountBar } from "../state/CountBar";
import { StateGlyph } from "../state/StateGlyph";
import { STATE_LOOKS, type StateName } from "../state/words";
import { formatCount } from "../ui/format";
import { Tag } from "../ui/Tag";

export type TaskRowProps = {
  task: WorkflowTaskView;
  href: string;
  isSelected: boolean;
  isUnsaved: boolean;
  /** On the chosen dataset; undefined: never run on it. */
  progress: TaskProgress | undefined;
  hasDataset: boolean;
  problems: { wrong: number; missing: number };
  /** Alt ↑ and Alt ↓. */
  onMove: (by: 1 | -1) => void;
};

/** One task of the list: what it does to which images, and how far it came on the dataset. */
export function TaskRow(props: TaskRowProps) {
  const { task, href, isSelected, progress, problems } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    props.onMove(event.key === "ArrowUp" ? -1 : 1);
  };
  return (
    <Link
      href={href}
      scroll={false}
      data-row-link
      aria-current={isSelected ? "true" : undefined}
      onKeyDown={onKeyDown}
      className={cx(
        "block px-(--gutter) py-2.5 -outline-offset-2 transition-colors duration-90",
        isSelected ? "bg-select-soft shadow-[inset_2px_0_var(--select)]" : "hover:bg-hover",
      )}
    >
      <span className="flex gap-2">
        <span className="w-5 shrink-0 text-right text-ink-3">{task.order + 1}</span>
        <span className="min-w-0 flex-1 pl-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-medium">
              {task.alias ?? task.task.name}
              {props.isUnsaved && (
                <span className="ml-1.5 inline-block size-1.5 rounded-full bg-select align-middle">
                  <span className="sr-only">, not saved</span>
                </span>
              )}
            </span>
            <Counts progress={progress} hasDataset={props.hasDataset} />
          </span>
          <span className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-12 text-ink-3">
            <span className="truncate">{subtitle(task)}</span>
            {!task.task.is_active && <Tag tone="warn">not active</Tag>}
            {problems.wrong > 0 && (
              <Tag tone="fail">{problems.wrong === 1 ? "1 problem" : `${problems.wrong} problems`}</Tag>
            )}
            {problems.missing > 0 && <Tag tone="warn">{`${problems.missing} to fill in`}</Tag>}
          </span>
          <CountBar {...(progress ?? { total: 0 })} noun="units" decorative className="mt-2" />
        </span>
      </span>
    </Link>
  );
}

function subtitle(task: WorkflowTaskView): string {
  const name = task.alias === null ? [] : [task.task.name];
  if (isConverter(task.task_type)) return [...name, "makes images"].join(", ");
  const needs = Object.entries({ ...task.task.input_types, ...task.type_filters }).map(
    ([type, value]) => `${type}: ${value}`,
  );
  const one = task.task_type === "non_parallel" ? ["one call for the whole dataset"] : [];
  const all = [...name, ...(needs.length > 0 ? [`needs ${needs.join(", ")}`] : []), ...one];
  return all.length > 0 ? all.join(", ") : "takes all images";
}

/** Failed, running and done units with their glyphs; a word where there are none. */
function Counts({ progress, hasDataset }: { progress: TaskProgress | undefined; hasDataset: boolean }) {
  if (progress === undefined || progress.total === 0) {
    if (!hasDataset) return null;
    const state: StateName = progress?.state ?? "waiting";
    return (
      <span className="flex shrink-0 items-center gap-1.5 text-12 text-ink-3">
        <StateGlyph state={state} size={13} />
        {progress === undefined ? "Not run" : STATE_LOOKS[state].word}
      </span>
    );
  }
  const shown = (["failed", "running", "stopped", "done"] as const).filter((state) => progress[state] > 0);
  return (
    <span className="flex shrink-0 items-center gap-2 text-12">
      {shown.map((state) => (
        <span
          key={state}
          className={cx(
            "inline-flex items-center gap-1",
            state === "failed" ? "text-fail-ink" : "text-ink-2",
          )}
        >
          <StateGlyph state={state} size={13} />
          <span className="sr-only">{STATE_LOOKS[state].word}</span>
          {formatCount(progress[state])}
        </span>
      ))}
      {progress.pending > 0 && <span className="text-ink-3">of {formatCount(progress.total)}</span>}
    </span>
  );
}

/** Types of the images on the way to the next task; what this task changed stands out. */
export function FlowStrip({ task }: { task: WorkflowTaskView }) {
  const types = Object.entries(task.flow.after);
  const made = task.task.output_types;
  return (
    <p className="flex min-h-7 items-center gap-2 border-y border-line bg-bg px-(--gutter) py-1 text-12">
      <ArrowDown size={12} strokeWidth={1.75} aria-hidden="true" className="ml-2 shrink-0 text-ink-3" />
      <span className="sr-only">Images then have: </span>
      {types.length === 0 ? (
        <span className="pl-1 text-ink-3">images of any type</span>
      ) : (
        <span className="flex flex-wrap gap-x-3 pl-1">
          {types.map(([type, value]) => (
            <code key={type} className={type in made ? "font-medium text-select-ink" : "text-ink-2"}>
              {`${type}: ${value}`}
            </code>
          ))}
        </span>
      )}
    </p>
  );
}
