"use client";

import { cx } from "class-variance-authority";
import { Menu as MenuIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";

import { Sheet } from "../ui/Sheet";
import { NAV, sectionOf } from "./nav";
import { ResourceState, type ShellResource } from "./ResourceState";
import { UserMenu } from "./UserMenu";

const IN_BAR: readonly string[] = ["home", "projects", "jobs", "datasets"];
const ITEM =
  "flex min-w-0 flex-col items-center justify-center gap-0.5 text-11 font-medium outline-offset-[-2px]";

type Props = { email: string; isSuperuser: boolean; resource: ShellResource | null; onSignOut: () => void };

/** Home, Projects, Jobs, Data, More: under 900 px. */
export function BottomBar({ email, isSuperuser, resource, onSignOut }: Props) {
  const [isMoreOpen, setMoreOpen] = useState(false);
  const current = sectionOf(usePathname());
  const entries = IN_BAR.flatMap((section) => NAV.filter((entry) => entry.section === section));
  const others = NAV.filter(
    (entry) => !IN_BAR.includes(entry.section) && (entry.section !== "admin" || isSuperuser),
  );
  return (
    <nav
      aria-label="Sections"
      className="grid h-(--bottombar-h) grid-cols-5 border-t border-line bg-surface lg:hidden"
    >
      {entries.map(({ section, href, label, icon: Icon }) => (
        <Link
          key={section}
          href={href}
          aria-current={section === current ? "page" : undefined}
          className={cx(ITEM, section === current ? "text-ink" : "text-ink-3")}
        >
          <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
          {section === "datasets" ? "Data" : label}
        </Link>
      ))}
      <button type="button" onClick={() => setMoreOpen(true)} className={cx(ITEM, "text-ink-3")}>
        <MenuIcon size={20} strokeWidth={1.75} aria-hidden="true" />
        More
      </button>
      <Sheet open={isMoreOpen} onOpenChange={setMoreOpen} title="More" ownsHistory={false}>
        <ul className="p-2">
          {others.map(({ section, href, label, icon: Icon }) => (
            <li key={section}>
              <Link
                href={href}
                onClick={() => setMoreOpen(false)}
                className="flex h-10 items-center gap-2.5 rounded-control px-2 font-medium hover:bg-hover"
              >
                <Icon size={16} strokeWidth={1.75} aria-hidden="true" className="text-ink-3" />
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <div className="px-2 pb-3">
          {resource !== null && <ResourceState resource={resource} collapsed={false} />}
          <UserMenu email={email} onSignOut={onSignOut} />
        </div>
      </Sheet>
    </nav>
  );
}
