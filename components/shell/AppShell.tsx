"use client";

import { useEffect, useState, type ReactNode } from "react";

import { Announcer } from "./Announcer";
import { BottomBar } from "./BottomBar";
import { CrumbProvider } from "./crumbs";
import { NavigationProgress } from "./NavigationProgress";
import type { ShellResource } from "./ResourceState";
import { Sidebar } from "./Sidebar";
import { remember, SIDEBAR_COOKIE } from "./theme";
import { TopBar } from "./TopBar";
import { UserMenu } from "./UserMenu";

export type AppShellProps = {
  user: { email: string };
  isSuperuser: boolean;
  /** Jobs that are queued, running or stopping; shown beside Jobs when above 0. */
  runningJobs: number;
  /** The user's resource; null = the profile has none. */
  resource: ShellResource | null;
  onSignOut: () => void;
  /** From the cookie `SIDEBAR_COOKIE` ("1"), so that the server renders the right width. */
  initiallyCollapsed?: boolean;
  /** "Search or jump to", above the sections. */
  search?: ReactNode;
  /** `PinnedLink`s under their own heading. */
  pinned?: ReactNode;
  /** Right end of the top bar: live mark, bell, help. */
  tools?: ReactNode;
  /** Line under the top bar: `AdminBand`, maintenance, impersonation. */
  band?: ReactNode;
  children: ReactNode;
};

/** Sidebar 216 px, top bar, work area. The shell never scrolls; the work area does. */
export function AppShell(props: AppShellProps) {
  const { user, isSuperuser, runningJobs, resource, onSignOut } = props;
  const [collapsed, setCollapsed] = useState(props.initiallyCollapsed ?? false);
  // External system: the keyboard. `[` outside inputs.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "[" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      remember(SIDEBAR_COOKIE, collapsed ? "0" : "1");
      setCollapsed(!collapsed);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [collapsed]);

  return (
    <CrumbProvider>
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-16 rounded-control bg-solid px-3 py-2 font-medium text-on-solid focus:translate-y-0"
      >
        Skip to content
      </a>
      <div
        className="grid h-dvh overflow-hidden max-lg:grid-rows-[auto_minmax(0,1fr)_auto] lg:grid-cols-[var(--side)_minmax(0,1fr)]"
        style={{ "--side": collapsed ? "56px" : "216px" } as Record<string, string>}
      >
        <Sidebar
          collapsed={collapsed}
          isSuperuser={isSuperuser}
          runningJobs={runningJobs}
          resource={resource}
          search={props.search}
          pinned={props.pinned}
          userMenu={<UserMenu email={user.email} onSignOut={onSignOut} collapsed={collapsed} />}
        />
        <div className="flex min-h-0 min-w-0 flex-col max-lg:contents">
          <div className="relative shrink-0">
            <TopBar tools={props.tools} />
            <NavigationProgress />
            {props.band}
          </div>
          <main
            id="main"
            tabIndex={-1}
            data-scroll-root
            className="relative flex min-h-0 min-w-0 flex-1 flex-col overflow-x-hidden overflow-y-auto bg-surface outline-none"
          >
            {props.children}
          </main>
        </div>
        <BottomBar email={user.email} isSuperuser={isSuperuser} resource={resource} onSignOut={onSignOut} />
      </div>
      <Announcer />
    </CrumbProvider>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable=true]") !== null
  );
}
