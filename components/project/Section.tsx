import { useId } from "react";
import type { ReactNode } from "react";
import { formatCount } from "@/components/ui/format";

type Props = {
  title: string;
  count?: number;
  /** At the right: a small button or link. */
  action?: ReactNode;
  children: ReactNode;
};

/** A part of a page under its own heading, edge to edge; its table grows with its rows. */
export function Section({ title, count, action, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="shrink-0 pt-5">
      <div className="flex min-h-(--control-sm) items-center gap-2 px-(--gutter) pb-1.5">
        <h2 id={id} className="text-15 font-semibold">
          {title}
        </h2>
        {count !== undefined && <span className="text-ink-3">{formatCount(count)}</span>}
        {action !== undefined && <div className="ml-auto flex items-center gap-2">{action}</div>}
      </div>
      {children}
    </section>
  );
}
