import { cx } from "class-variance-authority";

import { formatMemory } from "../ui/format";

export type MemoryBarProps = {
  /** Megabytes; null = not measured. */
  used_mb: number | null;
  /** Megabytes; null = nothing was asked for, then only the number is shown. */
  asked_mb: number | null;
  className?: string;
};

/** Number, then used of asked in 54 px: amber above 85 %, fail above 95 %. */
export function MemoryBar({ used_mb, asked_mb, className }: MemoryBarProps) {
  if (used_mb === null) return <span className={cx("text-ink-3", className)}>not measured</span>;
  const share = asked_mb === null || asked_mb <= 0 ? null : used_mb / asked_mb;
  return (
    <span className={cx("inline-flex items-center gap-2 whitespace-nowrap", className)}>
      {formatMemory(used_mb)}
      {share !== null && asked_mb !== null && (
        <span
          role="img"
          aria-label={`of ${formatMemory(asked_mb)} asked`}
          title={`of ${formatMemory(asked_mb)} asked`}
          className="inline-block h-1.5 w-[54px] overflow-hidden rounded-[2px] bg-wait-soft shadow-[inset_0_0_0_1px_var(--line)]"
        >
          <span
            className={cx("block h-full", share > 0.95 ? "bg-fail" : share > 0.85 ? "bg-warn" : "bg-ink-3")}
            style={{ width: `${Math.min(100, share * 100)}%` }}
          />
        </span>
      )}
    </span>
  );
}
