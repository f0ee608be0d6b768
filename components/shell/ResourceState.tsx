import { cx } from "class-variance-authority";
import { formatCount } from "../ui/format";

import { LiveMark } from "./TopBar";

export type ShellResource = {
  name: string;
  /** paused: an admin accepts no new jobs. */
  state: "answering" | "silent" | "paused";
  /** When silent: "since 12:04". */
  note?: string;
  /** What is in use of which limit: { label: "CPUs, screening", used: 640, limit: 640 }. Null = not known. */
  usage?: { label: string; used: number; limit: number } | null;
};

const WORDS = { answering: "answering", silent: "no answer", paused: "takes no new jobs" } as const;

/** The user's resource at the foot of the sidebar. */
export function ResourceState({ resource, collapsed }: { resource: ShellResource; collapsed: boolean }) {
  const ok = resource.state === "answering";
  const word = [WORDS[resource.state], resource.note].filter(Boolean).join(" ");
  if (collapsed) {
    return (
      <div className="grid h-8 place-items-center border-t border-line" title={`${resource.name}: ${word}`}>
        <LiveMark ok={ok}>
          <span className="sr-only">
            {resource.name}: {word}
          </span>
        </LiveMark>
      </div>
    );
  }
  const { usage } = resource;
  return (
    <div className="border-t border-line px-2 pt-2.5 pb-2">
      <div className="flex items-center justify-between gap-2">
        <span className="truncate font-medium">{resource.name}</span>
        <LiveMark ok={ok}>{word}</LiveMark>
      </div>
      {usage !== undefined && usage !== null && (
        <>
          <div className="mt-[3px] flex justify-between gap-2 text-12 text-ink-3">
            <span className="truncate">{usage.label}</span>
            <span>
              {formatCount(usage.used)} of {formatCount(usage.limit)}
            </span>
          </div>
          <div aria-hidden="true" className="mt-[5px] h-1 overflow-hidden rounded-full bg-wait-soft">
            <div
              className={cx("h-full bg-ink-3")}
              style={{ width: `${usage.limit > 0 ? Math.min(100, (usage.used / usage.limit) * 100) : 0}%` }}
            />
          </div>
        </>
      )}
    </div>
  );
}
