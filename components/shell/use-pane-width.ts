"use client";

import { useState, type KeyboardEvent, type PointerEvent } from "react";

const STEP_PX = 24;

/** Width of a resizable pane in pixels, remembered in the browser under `key`. `edge`: the side of the handle.
 *
 * @returns Width, ref of the pane, props of the handle. */
export function usePaneWidth(key: string, initial: number, min: number, max: number, edge: "left" | "right") {
  const [width, setWidth] = useState(initial);
  const [isRestored, setRestored] = useState(false);
  const name = `fractal:pane:${key}`;
  const clamp = (px: number) => Math.round(Math.min(max, Math.max(min, px)));

  /** As a ref of the pane: the server knows no stored width, so it is applied when the pane appears. */
  const restore = (element: HTMLElement | null) => {
    if (element === null || isRestored) return;
    setRestored(true);
    const stored = Number(window.localStorage.getItem(name));
    if (stored > 0) setWidth(clamp(stored));
  };

  const change = (px: number) => {
    const next = clamp(px);
    setWidth(next);
    window.localStorage.setItem(name, String(next));
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const from = event.clientX;
    const sign = edge === "left" ? -1 : 1;
    const onMove = (move: globalThis.PointerEvent) => change(width + sign * (move.clientX - from));
    const onUp = () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const sign = edge === "left" ? -1 : 1;
    if (event.key === "ArrowRight") change(width + sign * STEP_PX);
    else if (event.key === "ArrowLeft") change(width - sign * STEP_PX);
    else return;
    event.preventDefault();
  };

  return [
    width,
    restore,
    {
      role: "separator",
      tabIndex: 0,
      "aria-orientation": "vertical" as const,
      "aria-valuenow": width,
      "aria-valuemin": min,
      "aria-valuemax": max,
      onPointerDown,
      onKeyDown,
      onDoubleClick: () => change(initial),
    },
  ] as const;
}
