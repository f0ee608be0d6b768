"use client";

import { useSyncExternalStore } from "react";

const GAP_MS = 15_000;
let spoken = "";
let waiting: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let lastMs = -Infinity;
const listeners = new Set<() => void>();

function say(text: string) {
  spoken = text;
  lastMs = performance.now();
  for (const notify of listeners) notify();
}

/**
 * Says a sentence to screen readers: at most one in 15 s, the latest wins; `now` (failures) says it at once.
 * "38,500 of 100,000 ended, 15 failed".
 */
export function announce(text: string, options: { now?: boolean } = {}): void {
  const waitMs = lastMs + GAP_MS - performance.now();
  if (options.now === true || waitMs <= 0) {
    say(text);
    return;
  }
  waiting = text;
  timer ??= setTimeout(() => {
    timer = undefined;
    if (waiting !== undefined) say(waiting);
    waiting = undefined;
  }, waitMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one polite live region of the page; part of AppShell. */
export function Announcer() {
  const text = useSyncExternalStore(
    subscribe,
    () => spoken,
    () => "",
  );
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
