"use client";

import type { ReactNode } from "react";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import { Button } from "@/components/ui/Button";
import { ChannelControls } from "./ChannelControls";
import { CursorValues, LabelControls, PlaneControls } from "./PictureControls";
import { Stage } from "./Stage";
import type { SceneState } from "./use-scene";

type StageProps = { state: SceneState; isLarge: boolean; children?: ReactNode };

/** The picture, or in words why there is none. */
export function PictureStage({ state, isLarge, children }: StageProps) {
  const { scene, problem } = state;
  if (problem !== null)
    return (
      <Empty>
        <span className="size-12 rounded-full border border-dashed border-stage-ink-2" aria-hidden="true" />
        <p role="alert" className="max-w-[46ch] text-stage-ink">
          {problem}
        </p>
        <Button size="sm" onClick={state.retry}>
          Try again
        </Button>
      </Empty>
    );
  if (scene === null)
    return (
      <Empty>
        <p role="status" className="text-stage-ink-2">
          Opening the image
        </p>
      </Empty>
    );
  const { width, height } = scene.image.levels[0] ?? { width: 0, height: 0 };
  return (
    <Stage
      // Images of one size are compared at the same place; another size starts whole.
      key={`${width} × ${height}`}
      scene={scene}
      label={state.sentence}
      isLarge={isLarge}
      onHover={state.setHover}
    >
      {children}
    </Stage>
  );
}

function Empty({ children }: { children: ReactNode }) {
  return (
    <div className="flex size-full flex-col items-center justify-center gap-3 bg-stage p-6 text-center">
      {children}
    </div>
  );
}

/** What can be changed about it; nothing while there is no picture. */
export function PictureTools({ state, view }: { state: SceneState; view: DatasetView }) {
  const { scene } = state;
  if (scene === null || state.problem !== null) return null;
  return (
    <>
      <PlaneControls image={scene.image} z={scene.z} t={scene.t} onChange={view.set} />
      <ChannelControls channels={state.channels} onChange={state.changeChannel} onAuto={state.autoContrast} />
      {state.labelName !== null && (
        <LabelControls
          names={state.labelNames}
          name={state.labelName}
          mode={view.params.labels}
          problem={state.labelProblem}
          onChange={view.set}
        />
      )}
      <CursorValues
        image={scene.image}
        channels={state.shown}
        hasLabels={scene.labels !== null}
        hover={state.hover}
      />
    </>
  );
}
