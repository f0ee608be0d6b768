"use client";

import { useEffect, useRef, useState } from "react";
import type { PointerEvent, RefObject } from "react";
import { TilePainter } from "./tile-painter";
import type { PainterState, Scene } from "./tile-painter";
import { CHUNKS } from "./use-picture";
import { clamp, fit, imageSize, toImage, zoomAt } from "./viewport";
import type { Size, Viewport } from "./viewport";

export type Values = ReturnType<TilePainter["valuesAt"]>;
/** A point of level 0, in pixels, and what is stored there. */
export type Hover = { x: number; y: number; values: NonNullable<Values> };

const WHEEL_SPEED = 0.0016;

type Options = {
  scene: Scene;
  /** Plain wheel zooms; otherwise only with ⌘ or Ctrl, so that a panel can be scrolled. */
  wheelZooms: boolean;
  onHover: (hover: Hover | null) => void;
};

/** The canvas of one image: size, pan, zoom, and the painter behind it. */
export function useStage({ scene, wheelZooms, onHover }: Options) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<TilePainter | null>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const [screen, setScreen] = useState<Size | null>(null);
  /** Null: the whole image. */
  const [chosen, setChosen] = useState<Viewport | null>(null);
  const [state, setState] = useState<PainterState>({ pending: 1, error: null, level: 0 });
  const image = imageSize(scene.image.levels);
  const view = screen && (chosen ?? fit(image, screen));

  useSize(canvas, setScreen);
  // External system: the canvas.
  useEffect(() => {
    if (!canvas.current) return;
    const own = new TilePainter(canvas.current, CHUNKS, (next) =>
      setState((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next)),
    );
    painter.current = own;
    return () => own.dispose();
  }, []);
  useEffect(() => painter.current?.show(scene));
  useEffect(() => {
    if (!view) return;
    // A canvas forgets its picture when its size is set, so only when it changed.
    const width = Math.round(screen.width * window.devicePixelRatio);
    const height = Math.round(screen.height * window.devicePixelRatio);
    if (canvas.current && (canvas.current.width !== width || canvas.current.height !== height)) {
      canvas.current.width = width;
      canvas.current.height = height;
    }
    painter.current?.look(view, screen);
  });

  const move = (change: (view: Viewport, screen: Size) => Viewport) => {
    if (!screen) return;
    setChosen((old) => clamp(change(old ?? fit(image, screen), screen), image, screen));
  };
  const middle = (size: Size) => ({ x: size.width / 2, y: size.height / 2 });
  useWheel(canvas, (event, at) => {
    if (!wheelZooms && !event.ctrlKey && !event.metaKey) return false;
    move((old, size) => zoomAt(old, size, at, Math.exp(-event.deltaY * WHEEL_SPEED)));
    return true;
  });

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const at = positionOf(event);
    const held = pointers.current.get(event.pointerId);
    if (held) {
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, at);
      move((old, size) => {
        const moved = {
          ...old,
          x: old.x - (at.x - held.x) / old.zoom,
          y: old.y - (at.y - held.y) / old.zoom,
        };
        if (!other) return moved;
        const by = distance(at, other) / Math.max(1, distance(held, other));
        return zoomAt(old, size, other, by);
      });
    }
    if (!view) return;
    const point = toImage(view, screen, at);
    const values = painter.current?.valuesAt(point.x, point.y);
    onHover(values ? { ...point, values } : null);
  };
  const release = (event: PointerEvent<HTMLCanvasElement>) => void pointers.current.delete(event.pointerId);
  return {
    canvas,
    screen,
    view,
    state,
    isWhole: chosen === null,
    retry: () => painter.current?.retry(),
    zoomBy: (by: number) => move((old, size) => zoomAt(old, size, middle(size), by)),
    panBy: (x: number, y: number) =>
      move((old) => ({ ...old, x: old.x + x / old.zoom, y: old.y + y / old.zoom })),
    showWhole: () => setChosen(null),
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        pointers.current.set(event.pointerId, positionOf(event));
      },
      onPointerMove,
      onPointerUp: release,
      onPointerCancel: release,
      onPointerLeave: () => onHover(null),
    },
  };
}

const distance = (a: { x: number; y: number }, b: { x: number; y: number }) =>
  Math.hypot(a.x - b.x, a.y - b.y);

function positionOf(event: PointerEvent<HTMLCanvasElement> | WheelEvent) {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** External system: the layout. */
function useSize(box: RefObject<HTMLElement | null>, onSize: (size: Size) => void) {
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element;
      if (clientWidth > 0 && clientHeight > 0) onSize({ width: clientWidth, height: clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, onSize]);
}

/** React listens to wheels passively; whoever zooms must keep the page from scrolling. */
function useWheel(
  box: RefObject<HTMLElement | null>,
  onWheel: (event: WheelEvent, at: { x: number; y: number }) => boolean,
) {
  useEffect(() => {
    const element = box.current;
    const listen = (event: WheelEvent) => {
      if (onWheel(event, positionOf(event))) event.preventDefault();
    };
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  });
}
