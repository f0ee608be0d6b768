"use client";

import { cx } from "class-variance-authority";
import type { SubmitPreview } from "@/server/contracts/job";
import type { WorkflowTaskView, WorkflowView } from "@/server/contracts/workflow";
import { isConverter } from "@/server/domain/tasks/calls";
import { usePageParams } from "../shell/ShallowLinks";
import { StateGlyph } from "../state/StateGlyph";
import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { formatNoun } from "../ui/format";
import { SkeletonLines } from "../ui/Skeleton";

type Props = {
  workflow: WorkflowView;
  preview: SubmitPreview | undefined;
  /** Of the choice before this one; the answer is under way. */
  isStale: boolean;
  failure: string | null;
  onClose: () => void;
};

/** One line for each task that will run, then what is in the way, in words. */
export function RunPreview({ workflow, preview, isStale, failure, onClose }: Props) {
  if (failure !== null) return <ErrorState title="The run could not be checked.">{failure}</ErrorState>;
  if (preview === undefined) return <SkeletonLines lines={5} label="Checking the run" />;
  const { problems } = preview;
  return (
    <div
      className={cx("flex flex-col gap-5 transition-opacity duration-160", isStale && "opacity-60")}
      aria-busy={isStale}
    >
      <section aria-label="What will run">
        <h3 className="mb-1 font-semibold">What will run</h3>
        <ol>
          {preview.tasks.map((line, at) => {
            const task = workflow.tasks.find(({ order }) => order === line.order);
            return (
              <li key={line.order} className="flex min-h-10 items-baseline gap-3 border-b border-line py-2">
                <span className="w-5 shrink-0 text-right text-ink-3">{line.order + 1}</span>
                <span className="min-w-0 flex-1">
                  <span className="font-medium">{line.name}</span>
                  <span className="block text-12 text-ink-3">{how(task)}</span>
                </span>
                <span
                  className={cx(
                    "shrink-0 text-right",
                    line.images === null ? "text-12 text-ink-3" : "text-ink-2",
                  )}
                >
                  {onWhat(line, task, at)}
                </span>
              </li>
            );
          })}
        </ol>
      </section>
      <section aria-label="Checks">
        <h3 className="mb-1.5 font-semibold">
          Checks{" "}
          <span className="font-normal text-ink-3">
            {problems.length === 0 ? "all passed" : formatNoun(problems.length, "problem")}
          </span>
        </h3>
        <ul className="flex flex-col gap-1.5">
          {problems.length === 0 ? (
            <Check isGood>Arguments, types, dataset and resource are fine.</Check>
          ) : (
            problems.map((problem) => (
              <Check key={problem} isGood={false}>
                {problem} <OpenTask problem={problem} workflow={workflow} onOpen={onClose} />
              </Check>
            ))
          )}
        </ul>
      </section>
    </div>
  );
}

function Check({ isGood, children }: { isGood: boolean; children: React.ReactNode }) {
  return (
    <li className="flex gap-2">
      <span className="mt-[3px] flex h-3.5">
        <StateGlyph state={isGood ? "done" : "failed"} />
      </span>
      <span className={cx("min-w-0", !isGood && "text-fail-ink")}>{children}</span>
    </li>
  );
}

/** Problems of one task begin with its position, as people count. */
function OpenTask({
  problem,
  workflow,
  onOpen,
}: {
  problem: string;
  workflow: WorkflowView;
  onOpen: () => void;
}) {
  const params = usePageParams();
  const position = /^Task (\d+) '/.exec(problem)?.[1];
  const task = workflow.tasks.find((one) => String(one.order + 1) === position);
  if (task === undefined) return null;
  return (
    <Button
      size="sm"
      variant="ghost"
      className="-my-1"
      onClick={() => {
        onOpen();
        params.go({ task: task.id, tab: null });
      }}
    >
      Open task
    </Button>
  );
}

function how(task: WorkflowTaskView | undefined): string {
  if (task === undefined) return "";
  const needs = Object.entries({ ...task.task.input_types, ...task.type_filters }).map(
    ([type, value]) => `${type}: ${value}`,
  );
  return needs.length === 0
    ? isConverter(task.task_type)
      ? "makes images"
      : "all images"
    : `images with ${needs.join(", ")}`;
}

type Line = SubmitPreview["tasks"][number];

function onWhat(line: Line, task: WorkflowTaskView | undefined, at: number): string {
  if (line.images !== null) return formatNoun(line.images, "image");
  if (task !== undefined && isConverter(task.task_type)) return "makes its images";
  return at === 0 ? "not known" : `counted after task ${line.order}`;
}
