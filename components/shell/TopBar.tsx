"use client";

import { cx } from "class-variance-authority";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { useCrumbs, type Crumb } from "./crumbs";
import { Logo } from "./Logo";
import { NAV, sectionOf } from "./nav";

/** Breadcrumbs left; live state, bell and help right. On a phone logo and name. */
export function TopBar({ tools }: { tools?: ReactNode }) {
  const pathname = usePathname();
  const set = useCrumbs();
  const section = NAV.find((entry) => entry.section === sectionOf(pathname));
  const crumbs: readonly Crumb[] =
    set.length > 0 ? set : section === undefined ? [] : [{ label: section.label }];
  return (
    <header className="flex h-(--topbar-h) min-w-0 items-center gap-2 border-b border-line bg-surface pr-3 pl-(--gutter)">
      <Link
        href="/"
        aria-label="Home"
        className="-ml-2.5 grid size-10 place-items-center rounded-control outline-offset-[-2px] lg:hidden"
      >
        <Logo />
      </Link>
      <Breadcrumbs crumbs={crumbs} />
      <div className="ml-auto flex shrink-0 items-center gap-1">{tools}</div>
    </header>
  );
}

/** Project, kind, name. Only the last one on a phone. */
export function Breadcrumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumbs" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1;
          return (
            <li
              key={`${crumb.href ?? ""}${crumb.label}`}
              className={cx("flex min-w-0 items-center gap-1.5", !isLast && "max-lg:hidden")}
            >
              {index > 0 && (
                <ChevronRight
                  size={12}
                  strokeWidth={1.75}
                  aria-hidden="true"
                  className="shrink-0 text-line-2 max-lg:hidden"
                />
              )}
              {crumb.href === undefined || isLast ? (
                <span
                  aria-current={isLast ? "page" : undefined}
                  className={cx("truncate", isLast ? "font-medium text-ink" : "text-ink-3")}
                >
                  {crumb.label}
                </span>
              ) : (
                <Link
                  href={crumb.href}
                  className="truncate rounded-tag text-ink-3 hover:text-ink hover:underline"
                >
                  {crumb.label}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

export type LiveMarkProps = {
  /** "Live, 2 s ago", "answering", "following" */
  children: ReactNode;
  /** Answering; otherwise the dot is a warn ring. */
  ok?: boolean;
};

/** A dot and a word: how fresh what you see is. */
export function LiveMark({ children, ok = true }: LiveMarkProps) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 text-12 whitespace-nowrap",
        ok ? "text-ink-3" : "text-warn-ink",
      )}
    >
      <span
        aria-hidden="true"
        className={cx("size-1.5 rounded-full", ok ? "bg-done" : "shadow-[inset_0_0_0_1.5px_var(--warn-ink)]")}
      />
      {children}
    </span>
  );
}
