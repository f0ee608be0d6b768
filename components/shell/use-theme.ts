"use client";

import { useSyncExternalStore } from "react";

import { applyTheme, parseThemeChoice, type ThemeChoice } from "./theme";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The choice of this person and its setter; "system" while hydrating. */
export function useTheme(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const choice = useSyncExternalStore<ThemeChoice>(
    subscribe,
    () => parseThemeChoice(document.documentElement.dataset["themeChoice"]),
    () => "system",
  );
  const choose = (next: ThemeChoice) => {
    applyTheme(next);
    for (const notify of listeners) notify();
  };
  return [choice, choose];
}
