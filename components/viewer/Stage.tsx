"use client";

import { cx } from "class-variance-authority";
import { Maximize, Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/Button";
import { LoadingLine } from "@/components/ui/LoadingLine";
import { formatLength } from "./lengths";
import type { OpenImage } from "./open-image";
import type { Scene } from "./tile-painter";
import { useStage } from "./use-stage";
import type { Hover } from "./use-stage";
import { scaleBar } from "./viewport";

const STEP = 1.5;
const BAR_PX = 140;
export const GLASS = "rounded-[8px] border border-stage-line bg-stage/78 text-stage-ink backdrop-blur-sm";

type Props = {
  scene: Scene;
  /** The picture in a sentence. */
  label: string;
  /** Fills its box and takes the wheel; otherwise a part of a panel. */
  isLarge: boolean;
  onHover: (hover: Hover | null) => void;
  /** Floats at the top left. */
  children?: ReactNode;
};

/** One image on the stage: drag to move, zoom by wheel, fingers or buttons. */
export function Stage({ scene, label, isLarge, onHover, children }: Props) {
  const { canvas, view, state, handlers, isWhole, zoomBy, showWhole, retry } = useStage({
    scene,
    wheelZooms: isLarge,
    onHover,
  });
  return (
    <div
      role="group"
      aria-label="Picture"
      aria-busy={state.pending > 0}
      data-level={state.level}
      className="relative size-full overflow-hidden bg-stage"
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        {...handlers}
        className={cx("block size-full cursor-crosshair", isLarge ? "touch-none" : "touch-pan-y")}
      />
      <LoadingLine active={state.pending > 0} label="Loading picture" className="absolute inset-x-0 top-0" />
      <div className="pointer-events-none absolute inset-x-3 top-3 flex flex-col items-start gap-2">
        {children}
        {state.error !== null && (
          <div className={cx(GLASS, "pointer-events-auto flex items-center gap-3 px-3 py-1.5 text-12")}>
            <p role="alert">A part is missing. {state.error}</p>
            <Button size="sm" className="shrink-0" onClick={retry}>
              Try again
            </Button>
          </div>
        )}
      </div>
      {view && <ScaleBar image={scene.image} zoom={view.zoom} maxPx={isLarge ? BAR_PX : BAR_PX / 2} />}
      <div className={cx(GLASS, "absolute right-3 bottom-3 flex h-9 items-center px-0.5")}>
        <GlassButton label="Zoom out" onClick={() => zoomBy(1 / STEP)}>
          <Minus size={14} strokeWidth={1.75} />
        </GlassButton>
        <span className="min-w-12 text-center text-12">{view ? formatZoom(view.zoom) : ""}</span>
        <GlassButton label="Zoom in" onClick={() => zoomBy(STEP)}>
          <Plus size={14} strokeWidth={1.75} />
        </GlassButton>
        <GlassButton label="Show the whole image" isOff={isWhole} onClick={showWhole}>
          <Maximize size={14} strokeWidth={1.75} />
        </GlassButton>
      </div>
    </div>
  );
}

/** Screen pixels per pixel of the image. */
const formatZoom = (zoom: number) => `${zoom < 0.1 ? (zoom * 100).toFixed(1) : Math.round(zoom * 100)} %`;

function GlassButton(props: { label: string; onClick: () => void; isOff?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      aria-disabled={props.isOff === true || undefined}
      onClick={props.onClick}
      className={cx(
        "grid size-8 place-items-center rounded-control",
        props.isOff === true ? "text-stage-ink-2" : "text-stage-ink hover:bg-stage-line",
      )}
    >
      {props.children}
    </button>
  );
}

function ScaleBar({ image, zoom, maxPx }: { image: OpenImage; zoom: number; maxPx: number }) {
  const unit = image.pixel ? "µm" : "px";
  const { length, pixels } = scaleBar((image.pixel?.x ?? 1) / zoom, maxPx);
  return (
    <div className="pointer-events-none absolute bottom-4 left-4 text-12 font-medium text-stage-ink [text-shadow:0_1px_3px_var(--stage)]">
      <div style={{ width: pixels }} className="mb-1 h-[3px] bg-stage-ink shadow-[0_0_3px_var(--stage)]" />
      {formatLength(length, unit)}
    </div>
  );
}
