import type { ReactNode } from "react";

import { Button } from "../ui/Button";
import { formatCount, formatNoun } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { LiveMark } from "./TopBar";

type Props = {
  lines: number;
  following: boolean;
  /** Lines when the reader left the end; null = at the end. */
  leftAt: number | null;
  note: ReactNode;
  onJump: () => void;
};

/** How long the log is, whether it still grows, and the way back to its end. */
export function LogFooter({ lines, following, leftAt, note, onJump }: Props) {
  const isAway = following && leftAt !== null;
  const newLines = leftAt === null ? 0 : lines - leftAt;
  return (
    <div className="flex min-h-8 shrink-0 items-center justify-between gap-3 border-t border-line px-4 text-12 text-ink-3">
      <span className="flex min-w-0 items-center gap-3 truncate">
        <span>
          {formatNoun(lines, "line")}
          {!following && ", ended"}
          {isAway && ", still written"}
        </span>
        {following && !isAway && <LiveMark>following</LiveMark>}
        {note !== undefined && <span className="truncate">{note}</span>}
      </span>
      {isAway ? (
        <Button size="sm" onClick={onJump} className="my-1">
          Jump to end{newLines > 0 && `, ${formatCount(newLines)} new`}
        </Button>
      ) : (
        <span className="flex items-center gap-1 max-lg:hidden">
          <Kbd>N</Kbd> next hit <Kbd>E</Kbd> next error
        </span>
      )}
    </div>
  );
}
