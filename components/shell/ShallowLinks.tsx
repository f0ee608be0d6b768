"use client";

import { usePathname, useSearchParams } from "next/navigation";
import type { MouseEvent, ReactNode } from "react";

/**
 * Links to another view of the same page (`?run=3`) inside change the address and ask the server nothing:
 * the page holds its data and polls for what it needs. Everything else about links stays as it is.
 */
export function ShallowLinks({
  children,
  className = "contents",
}: {
  children: ReactNode;
  className?: string;
}) {
  const onClickCapture = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (link === null || link.target !== "" || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    const here = window.location;
    if (url.origin !== here.origin || url.pathname !== here.pathname || url.hash !== "") return;
    event.preventDefault();
    if (url.search !== here.search) window.history.pushState(null, "", url.pathname + url.search);
  };
  return (
    <div className={className} onClickCapture={onClickCapture}>
      {children}
    </div>
  );
}

type Changes = Record<string, string | number | null>;

/** View state that lives in the address. Null removes a key. */
export function usePageParams() {
  const pathname = usePathname();
  const params = useSearchParams();
  const search = (changes: Changes) => {
    const next = new URLSearchParams(params);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === "") next.delete(key);
      else next.set(key, String(value));
    }
    const text = next.toString();
    return text === "" ? "" : `?${text}`;
  };
  return {
    get: (key: string) => params.get(key),
    /** A positive whole number; null for anything else. */
    getId: (key: string) => {
      const value = Number(params.get(key));
      return Number.isInteger(value) && value > 0 ? value : null;
    },
    /** For links: the current view with changes. */
    href: (changes: Changes) => search(changes) || pathname,
    /** Goes there; `replace` where Back should skip it: typing, default choices. */
    go: (changes: Changes, options: { replace?: boolean } = {}) => {
      const url = pathname + search(changes);
      if (options.replace === true) window.history.replaceState(null, "", url);
      else window.history.pushState(null, "", url);
    },
  };
}
