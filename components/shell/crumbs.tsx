"use client";

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

export type Crumb = {
  label: string;
  /** Missing on the last one: the page itself. */
  href?: string;
};

type Store = { crumbs: readonly Crumb[]; setCrumbs: (crumbs: readonly Crumb[]) => void };

const CrumbContext = createContext<Store | null>(null);

export function CrumbProvider({ children }: { children: ReactNode }) {
  const [crumbs, setCrumbs] = useState<readonly Crumb[]>([]);
  const store = useMemo(() => ({ crumbs, setCrumbs }), [crumbs]);
  return <CrumbContext value={store}>{children}</CrumbContext>;
}

/** Empty until a page sets them; the top bar then shows the section. */
export function useCrumbs(): readonly Crumb[] {
  return useContext(CrumbContext)?.crumbs ?? [];
}

/** In a page: `<Crumbs items={[{ label: "Pilot", href: "/projects/3" }, { label: "Job 4127" }]} />`. Draws nothing. */
export function Crumbs({ items }: { items: readonly Crumb[] }) {
  const setCrumbs = useContext(CrumbContext)?.setCrumbs;
  const key = JSON.stringify(items);
  // External system: the top bar, which is outside the page.
  useEffect(() => {
    setCrumbs?.(JSON.parse(key) as Crumb[]);
    return () => setCrumbs?.([]);
  }, [setCrumbs, key]);
  return null;
}
