import { cx } from "class-variance-authority";

/** 2 px line that travels while something loads; the old content stays below it. No spinners. */
export function LoadingLine({ active, label = "Loading", className }: LoadingLineProps) {
  return (
    <div className={cx("pointer-events-none h-0.5 overflow-hidden", className)} role="status">
      {active && (
        <>
          <span className="sr-only">{label}</span>
          <div className="h-full w-1/4 animate-travel bg-select" />
        </>
      )}
    </div>
  );
}

export type LoadingLineProps = { active: boolean; label?: string; className?: string };
