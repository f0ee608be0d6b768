import { cx } from "class-variance-authority";
import Link from "next/link";
import type { ReactNode } from "react";

export type Tab = {
  /** Each tab is a link: the tab is in the URL. */
  href: string;
  label: string;
  /** Beside the label, in grey: 3072 or "5 runs". */
  count?: ReactNode;
  /** Violet dot: this tab holds unsaved or non-default values. */
  changed?: boolean;
};

/** `current` is the href of the tab that is shown. On a phone the row scrolls sideways by itself. */
export function Tabs({ tabs, current, label, className }: TabsProps) {
  return (
    <nav
      aria-label={label}
      className={cx(
        "overflow-x-auto overflow-y-hidden border-b border-line [scrollbar-width:none]",
        className,
      )}
    >
      <ul className="flex gap-5">
        {tabs.map((tab) => {
          const isCurrent = tab.href === current;
          return (
            <li key={tab.href}>
              <Link
                href={tab.href}
                scroll={false}
                aria-current={isCurrent ? "page" : undefined}
                className={cx(
                  "inline-flex h-9 items-center gap-1.5 border-b-2 font-medium whitespace-nowrap -outline-offset-2 transition-colors duration-90 max-md:h-10",
                  isCurrent ? "border-select text-ink" : "border-transparent text-ink-2 hover:text-ink",
                )}
              >
                {tab.label}
                {tab.count !== undefined && <span className="text-[11.5px] text-ink-3">{tab.count}</span>}
                {tab.changed === true && (
                  <span className="size-1.5 rounded-full bg-select">
                    <span className="sr-only">changed</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

export type TabsProps = { tabs: readonly Tab[]; current: string; label: string; className?: string };
