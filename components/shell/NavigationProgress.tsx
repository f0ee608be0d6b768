"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { Suspense, useEffect, useState } from "react";

import { LoadingLine } from "../ui/LoadingLine";

const SHOW_AFTER_MS = 150;
/** A click that led nowhere, for instance to a download, must not leave the line running. */
const GIVE_UP_AFTER_MS = 15_000;
const START = "fractal:navigate";

/** Tells the line that a navigation by code begins; links do it by themselves. */
export function beginNavigation(): void {
  window.dispatchEvent(new Event(START));
}

/** 2 px under the top bar from the click until the new page is there. */
export function NavigationProgress() {
  return (
    <Suspense>
      <Line />
    </Suspense>
  );
}

function Line() {
  const place = `${usePathname()}?${useSearchParams().toString()}`;
  // The place from which we are leaving; done as soon as the place is another one.
  const [leaving, setLeaving] = useState<string>();

  // External system: clicks on links, which the router does not announce.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        setLeaving(place);
        timer = setTimeout(() => setLeaving(undefined), GIVE_UP_AFTER_MS);
      }, SHOW_AFTER_MS);
    };
    const onClick = (event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (link === null || link.target === "_blank" || link.hasAttribute("download")) return;
      const next = new URL(link.href, window.location.href);
      const here = window.location;
      if (next.origin !== here.origin || (next.pathname === here.pathname && next.search === here.search))
        return;
      start();
    };
    window.addEventListener("click", onClick);
    window.addEventListener(START, start);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("click", onClick);
      window.removeEventListener(START, start);
    };
  }, [place]);

  return (
    <LoadingLine
      active={leaving === place}
      label="Loading page"
      className="absolute inset-x-0 bottom-[-1px] z-20"
    />
  );
}
