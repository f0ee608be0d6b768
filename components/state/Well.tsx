import { memo } from "react";

import { octagonPath, rampColor, type PlateWell } from "./plate";
import { STATE_LOOKS } from "./words";

type Props = {
  x: number;
  y: number;
  radius: number;
  /** Null = excluded: a speck. */
  well: PlateWell | null;
};

/** One well. Failed wells get an octagon, under 9 px they grow by 2 px instead of showing the cross. */
export const Well = memo(function Well({ x, y, radius, well }: Props) {
  if (well === null) return <circle cx={x} cy={y} r={Math.max(1, radius * 0.16)} className="fill-line-2" />;
  if (well.value !== undefined) {
    return (
      <circle
        cx={x}
        cy={y}
        r={radius - 0.25}
        style={{ fill: rampColor(well.value) }}
        className="stroke-ink"
        strokeOpacity=".12"
        strokeWidth=".6"
      />
    );
  }
  const tone = well.state === undefined ? "wait" : STATE_LOOKS[well.state].tone;
  switch (tone) {
    case "done":
      return <circle cx={x} cy={y} r={radius - 0.25} className="fill-done" />;
    case "run":
      return (
        <>
          <circle cx={x} cy={y} r={radius - 1} className="fill-run-soft stroke-run" strokeWidth="1.8" />
          <circle cx={x} cy={y} r={radius * 0.32} className="fill-run" />
        </>
      );
    case "fail": {
      const small = radius < 4.5;
      const arm = radius * 0.36;
      return (
        <>
          <path d={octagonPath(x, y, small ? radius + 1 : radius)} className="fill-fail" />
          {!small && (
            <path
              d={`M${x - arm} ${y - arm}l${2 * arm} ${2 * arm}M${x + arm} ${y - arm}l${-2 * arm} ${2 * arm}`}
              className="stroke-surface"
              strokeWidth="1.5"
              strokeLinecap="round"
            />
          )}
        </>
      );
    }
    case "warn":
      return <circle cx={x} cy={y} r={radius - 0.25} className="fill-warn" />;
    case "stop":
      return <circle cx={x} cy={y} r={radius - 0.25} className="fill-ink-3" />;
    case "wait":
      return <circle cx={x} cy={y} r={radius - 0.8} className="fill-none stroke-line-2" strokeWidth="1.2" />;
  }
});
