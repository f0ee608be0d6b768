"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { cx } from "class-variance-authority";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import type {
  ContinueJobInput,
  ContinuePreview as Preview,
  ContinueTask,
  ReasonCount,
} from "@/server/contracts/continue";
import { isConverter } from "@/server/domain/tasks/calls";
import { isNeed } from "@/server/domain/jobs/missing";
import { StateGlyph } from "../state/StateGlyph";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { formatCount, formatNoun } from "../ui/format";
import { MiddleTruncate } from "../ui/MiddleTruncate";
import { SkeletonLines } from "../ui/Skeleton";
import { Tag } from "../ui/Tag";
import { Problems } from "./Problems";
import { REASON_GLYPHS, reasonSentence, taskNote, taskUnits } from "./continue-words";

type Props = {
  input: ContinueJobInput;
  preview: Preview | undefined;
  /** Of the choice before this one; the answer is under way. */
  isStale: boolean;
  failure: string | null;
};

/** Every image with the reason why it runs or stays, task by task; then what is in the way (mock-up 03). */
export function ContinuePreview({ input, preview, isStale, failure }: Props) {
  if (failure !== null)
    return <ErrorState title="What is missing could not be determined.">{failure}</ErrorState>;
  if (preview === undefined) return <SkeletonLines lines={6} label="Looking for what is missing" />;
  return (
    <div
      className={cx("flex flex-col gap-5 transition-opacity duration-160", isStale && "opacity-60")}
      aria-busy={isStale}
    >
      <section aria-label="What will run">
        <h3 className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 font-semibold">
          What will run
          <span className="font-normal text-ink-3">{formatNoun(preview.units, "unit")}</span>
        </h3>
        <ol className="overflow-hidden rounded-panel border border-line">
          {preview.tasks.map((task) => (
            <Task key={task.order} task={task} input={input} />
          ))}
        </ol>
        {preview.tasks.length > 1 && preview.units > 0 && (
          <p className="mt-2 text-12 text-ink-3">
            Images that a task makes or changes reach the tasks behind it too; they are counted when these
            start. A task that fails ends the job.
          </p>
        )}
      </section>
      <Problems problems={preview.problems} />
    </div>
  );
}

function Task({ task, input }: { task: ContinueTask; input: ContinueJobInput }) {
  const isEmpty = task.units === 0;
  return (
    <li className="border-b border-line last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 bg-sunken px-3 py-2">
        <span
          className={cx("font-medium", isEmpty && "text-ink-2")}
        >{`${task.order + 1} · ${task.name}`}</span>
        <span className="min-w-0 flex-1 text-12 text-ink-3">{taskNote(task)}</span>
        {isEmpty ? (
          <span className="text-12 text-ink-3">{taskUnits(task)}</span>
        ) : (
          <Tag>{taskUnits(task)}</Tag>
        )}
      </div>
      <ul>
        {task.reasons.map((row) => (
          <Reason key={row.reason} row={row} task={task} input={input} />
        ))}
        {task.reasons.length === 0 && (
          <li className="px-3 py-2 text-ink-3">
            No image matches now; those that earlier tasks make are counted when it starts.
          </li>
        )}
      </ul>
    </li>
  );
}

type ReasonProps = { row: ReasonCount; task: ContinueTask; input: ContinueJobInput };

function Reason({ row, task, input }: ReasonProps) {
  const [isOpen, setOpen] = useState(false);
  const { verb, why } = reasonSentence(row.reason);
  const hasImages = !isConverter(task.task_type);
  return (
    <li className="border-t border-line">
      <div className="flex min-h-9 items-center gap-2.5 py-1 pr-2 pl-3">
        <StateGlyph state={REASON_GLYPHS[row.reason]} still />
        <span className={cx("min-w-0 flex-1", !isNeed(row.reason) && "text-ink-3")}>
          <span className="inline-block min-w-8 text-right font-medium">{formatCount(row.images)}</span>{" "}
          {verb} {why}
        </span>
        {hasImages && (
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? "Hide" : "Show"} images: ${why}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <ChevronDown strokeWidth={1.75} /> : <ChevronRight strokeWidth={1.75} />}
            {isOpen ? "Hide" : "Show"}
          </Button>
        )}
      </div>
      {isOpen && <ReasonImages row={row} task={task} input={input} />}
    </li>
  );
}

const FIRST = 20;
const MOST = 500;

/** The images behind one count; more on demand. */
function ReasonImages({ row, task, input }: ReasonProps) {
  const [limit, setLimit] = useState(FIRST);
  const query = useQuery(
    useTRPC().job.needs.queryOptions(
      { ...input, order: task.order, reasons: [row.reason], limit },
      { placeholderData: keepPreviousData, staleTime: 0, retry: false },
    ),
  );
  if (query.isError)
    return (
      <p className="px-3 pb-2 text-fail-ink">{`The images could not be listed: ${query.error.message}`}</p>
    );
  if (query.data === undefined) return <SkeletonLines lines={2} label="Listing images" />;
  const { items, matching } = query.data;
  return (
    <div className="px-3 pb-2 pl-9">
      <ul
        aria-label={`Images: ${reasonSentence(row.reason).why}`}
        className="max-h-60 overflow-y-auto"
        tabIndex={0}
      >
        {items.map((item) => (
          <li key={item.image_id} className="flex min-h-6 items-baseline gap-3 text-12">
            <MiddleTruncate text={item.zarr_url} max={58} mono />
            {item.job_id !== null && item.unit_id !== null && (
              <a
                href={`/jobs/${item.job_id}?unit=${item.unit_id}`}
                target="_blank"
                rel="noreferrer"
                className="ml-auto shrink-0 underline decoration-line-2 underline-offset-3 hover:decoration-ink"
              >{`job ${item.job_id}`}</a>
            )}
          </li>
        ))}
      </ul>
      {items.length < matching && (
        <p className="mt-1 text-12 text-ink-3">
          {`${formatCount(items.length)} of ${formatCount(matching)}. `}
          {limit < MOST && (
            <Button size="sm" variant="ghost" onClick={() => setLimit(Math.min(MOST, limit + 100))}>
              Show more
            </Button>
          )}
        </p>
      )}
    </div>
  );
}
