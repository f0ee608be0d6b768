import { cx } from "class-variance-authority";
import Link from "next/link";

import { countSentence, type Counts } from "./count-bar";

export type StripPlate = Counts & { name: string; href: string };

export type PlateStripProps = {
  plates: readonly StripPlate[];
  current?: string;
  label: string;
  className?: string;
};

/** One square per plate of a screen: fills from below, a red corner if anything failed. Each is a link. */
export function PlateStrip({ plates, current, label, className }: PlateStripProps) {
  return (
    <ul aria-label={label} className={cx("flex flex-wrap gap-0.5", className)}>
      {plates.map((plate) => {
        const ended = (plate.done ?? 0) + (plate.failed ?? 0) + (plate.stopped ?? 0);
        const isDone = plate.total > 0 && ended >= plate.total;
        const title = `${plate.name}: ${countSentence(plate)}`;
        return (
          <li key={plate.name} className="size-[9px] max-md:size-[11px]">
            <Link
              href={plate.href}
              scroll={false}
              title={title}
              aria-label={title}
              aria-current={plate.name === current ? "true" : undefined}
              className={cx(
                "relative block size-full overflow-hidden rounded-[2px]",
                !isDone && "shadow-[inset_0_0_0_1px_var(--line-2)]",
                plate.name === current && "outline-2 outline-offset-1 outline-select",
              )}
            >
              <span
                aria-hidden="true"
                className={cx("absolute inset-x-0 bottom-0", isDone ? "bg-done" : "bg-run")}
                style={{ height: `${plate.total > 0 ? (ended / plate.total) * 100 : 0}%` }}
              />
              {(plate.failed ?? 0) > 0 && (
                <span
                  aria-hidden="true"
                  className="absolute top-0 left-0 size-full bg-fail [clip-path:polygon(0_0,92%_0,0_92%)]"
                />
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
