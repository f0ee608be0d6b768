import { cx } from "class-variance-authority";

/** A grey bar in the place of a text. Width and height by `className`; shown after 150 ms, not at once. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "block h-2.5 animate-pulse rounded-tag bg-press opacity-100 transition-opacity delay-150 duration-90 starting:opacity-0",
        className,
      )}
    />
  );
}

/** Lines of a paragraph or a list that is loading. `label` is read out, for instance "Loading jobs". */
export function SkeletonLines({ lines = 3, label }: { lines?: number; label: string }) {
  const widths = ["w-2/5", "w-3/5", "w-1/4", "w-1/2"];
  return (
    <div role="status" className="flex flex-col gap-4 py-2">
      <span className="sr-only">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} className={widths[index % widths.length] ?? "w-1/2"} />
      ))}
    </div>
  );
}
