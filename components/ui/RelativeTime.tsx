"use client";

import { formatAbsolute, formatAgo, formatMoment, formatUtc } from "./time";
import { useNow } from "./use-now";

export type RelativeTimeProps = {
  /** ISO 8601 with offset. Null or undefined prints `empty`. */
  value: string | null | undefined;
  /** moment: "today 08:31" · ago: "12 min ago". */
  style?: "moment" | "ago";
  empty?: string;
  className?: string;
};

/** Absolute value in the tooltip. The server prints UTC, the browser local time after hydration. */
export function RelativeTime({ value, style = "moment", empty = "never", className }: RelativeTimeProps) {
  const nowMs = useNow();
  if (value === null || value === undefined) return <span className={className}>{empty}</span>;
  const instant = new Date(value);
  if (nowMs === null) {
    return (
      <time dateTime={value} className={className}>
        {formatUtc(instant)}
      </time>
    );
  }
  // A row can be newer than the last tick of the shared clock.
  const now = new Date(
    style === "ago" ? Math.max(nowMs, Math.min(instant.getTime(), nowMs + 15_000)) : nowMs,
  );
  return (
    <time dateTime={value} title={formatAbsolute(instant)} className={className}>
      {style === "ago" ? formatAgo(instant, now) : formatMoment(instant, now)}
    </time>
  );
}
