"use client";

import { cx } from "class-variance-authority";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

import { Glyph } from "../ui/Glyph";
import { formatCount } from "../ui/format";
import { Logo } from "./Logo";
import { NAV, sectionOf, type Section } from "./nav";
import { ResourceState, type ShellResource } from "./ResourceState";

type Props = {
  collapsed: boolean;
  isSuperuser: boolean;
  runningJobs: number;
  resource: ShellResource | null;
  /** Search or jump to. */
  search: ReactNode;
  /** Pinned objects. */
  pinned: ReactNode;
  userMenu: ReactNode;
};

/** Sections, pinned, cluster, user. Hidden under 900 px, where the bottom bar takes over. */
export function Sidebar({ collapsed, isSuperuser, runningJobs, resource, search, pinned, userMenu }: Props) {
  const current = sectionOf(usePathname());
  return (
    <nav
      aria-label="Main"
      className="flex min-h-0 flex-col gap-0.5 overflow-x-hidden overflow-y-auto border-r border-line bg-bg p-2 max-lg:hidden"
    >
      <Link
        href="/"
        className={cx(
          "flex h-8 shrink-0 items-center gap-[9px] rounded-control px-1.5 text-15 font-[650] tracking-[-0.015em]",
          collapsed && "justify-center px-0",
        )}
      >
        <Logo />
        <span className={collapsed ? "sr-only" : ""}>Fractal</span>
      </Link>
      <div className={cx("mt-2 mb-2.5", collapsed && "hidden")}>{search}</div>
      <div className="flex flex-col gap-0.5">
        {NAV.filter((entry) => entry.section !== "admin" || isSuperuser).map((entry) => (
          <NavLink
            key={entry.section}
            entry={entry}
            isCurrent={entry.section === current}
            collapsed={collapsed}
            running={entry.section === "jobs" ? runningJobs : 0}
          />
        ))}
      </div>
      {!collapsed && pinned}
      <div className="mt-auto pt-4">
        {resource !== null && <ResourceState resource={resource} collapsed={collapsed} />}
        {userMenu}
      </div>
    </nav>
  );
}

type NavLinkProps = {
  entry: (typeof NAV)[number] & { section: Section };
  isCurrent: boolean;
  collapsed: boolean;
  running: number;
};

function NavLink({ entry, isCurrent, collapsed, running }: NavLinkProps) {
  const Icon = entry.icon;
  return (
    <Link
      href={entry.href}
      aria-current={isCurrent ? "page" : undefined}
      title={collapsed ? entry.label : undefined}
      className={cx(
        "relative flex h-7 items-center gap-[9px] rounded-control px-2 font-medium outline-offset-0 transition-colors duration-90",
        isCurrent ? "bg-press text-ink" : "text-ink-2 hover:bg-hover",
        collapsed && "justify-center px-0",
      )}
    >
      <Icon
        size={16}
        strokeWidth={1.75}
        aria-hidden="true"
        className={cx("shrink-0", isCurrent ? "text-ink" : "text-ink-3")}
      />
      <span className={collapsed ? "sr-only" : ""}>{entry.label}</span>
      {running > 0 && (
        <span
          className={cx(
            "ml-auto inline-flex items-center gap-[5px] text-11 font-medium text-ink-3",
            collapsed && "absolute top-0 right-1 ml-0",
          )}
        >
          <Glyph kind="run" size={collapsed ? 8 : 12} />
          <span className={collapsed ? "sr-only" : ""}>
            {formatCount(running)}
            <span className="sr-only"> running</span>
          </span>
        </span>
      )}
    </Link>
  );
}

/** A pinned object in the sidebar. */
export function PinnedLink({ href, icon, children }: { href: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Link
      href={href}
      className="flex h-[26px] items-center gap-[9px] rounded-control px-2 text-ink-2 outline-offset-0 hover:bg-hover"
    >
      <span className="grid w-4 place-items-center text-ink-3 [&_svg]:size-3.5">{icon}</span>
      <span className="truncate">{children}</span>
    </Link>
  );
}
