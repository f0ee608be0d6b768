"use client";

import { useCallback, useSyncExternalStore } from "react";
import type { ChannelChoices } from "./channels";

/** Colours and contrast that the person set, by dataset: they hold for its next image too, until the page is left. */
const choices = new Map<number, ChannelChoices>();
const listeners = new Set<() => void>();
const NONE: ChannelChoices = {};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function useChoices(datasetId: number): [ChannelChoices, (next: ChannelChoices) => void] {
  const current = useSyncExternalStore(
    subscribe,
    useCallback(() => choices.get(datasetId) ?? NONE, [datasetId]),
    () => NONE,
  );
  const set = (next: ChannelChoices) => {
    choices.set(datasetId, next);
    for (const listener of listeners) listener();
  };
  return [current, set];
}
