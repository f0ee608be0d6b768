import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type KeyValue = { label: string; value: ReactNode };

/** Facts of one object: label grey at the left, value at the right. Null values are left out by the caller. */
export function KeyValues({ facts, className }: { facts: readonly KeyValue[]; className?: string }) {
  return (
    <dl className={cx("grid grid-cols-[auto_minmax(0,1fr)] gap-x-3.5 gap-y-[5px] text-12", className)}>
      {facts.map((fact) => (
        <div key={fact.label} className="contents">
          <dt className="text-ink-3">{fact.label}</dt>
          <dd className="min-w-0 break-words">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
