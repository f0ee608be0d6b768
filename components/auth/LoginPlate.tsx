import { rowName } from "@/components/state/plate";

const ROWS = 8;
const COLUMNS = 12;
const PITCH = 64;
const RADIUS = 27;
const LEFT = 34;
const TOP = 34;
/** Drawn once each and reused in rotated wells. From full to almost empty: a dose response. */
const CELL_COUNTS = [11, 10, 9, 8, 7, 5, 4, 3, 2, 1] as const;
const VARIANTS = 3;

/** Repeatable numbers from 0 to 1, so that server and browser draw the same plate. */
function dice(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const round = (value: number) => Math.round(value * 10) / 10;

type Cell = { x: number; y: number; size: number; turn: number; membrane: string };

/** Cells that keep their distance, in a well around (0, 0). */
function cellsOf(count: number, seed: number): Cell[] {
  const roll = dice(seed);
  const cells: Cell[] = [];
  for (let attempt = 0; attempt < 400 && cells.length < count; attempt += 1) {
    const angle = roll() * 2 * Math.PI;
    const distance = Math.sqrt(roll()) * RADIUS;
    const x = Math.cos(angle) * distance;
    const y = Math.sin(angle) * distance;
    if (cells.some((cell) => Math.hypot(cell.x - x, cell.y - y) < 13.5)) continue;
    const size = 4.3 + roll() * 1.7;
    cells.push({
      x: round(x),
      y: round(y),
      size: round(size),
      turn: Math.round(roll() * 180),
      membrane: membrane(size, roll),
    });
  }
  return cells;
}

/** An uneven closed outline around the nucleus. */
function membrane(size: number, roll: () => number): string {
  const corners = 7;
  const points = Array.from({ length: corners }, (_, at) => {
    const reach = size * (1.45 + roll() * 0.75);
    const angle = ((at + roll() * 0.5) / corners) * 2 * Math.PI;
    return { x: Math.cos(angle) * reach, y: Math.sin(angle) * reach };
  });
  const middle = (a: { x: number; y: number }, b: { x: number; y: number }) =>
    `${round((a.x + b.x) / 2)} ${round((a.y + b.y) / 2)}`;
  const at = (index: number) => points[index % corners] as { x: number; y: number }; // within 0 … corners − 1
  const curves = points.map(
    (point, index) => `Q${round(point.x)} ${round(point.y)} ${middle(point, at(index + 1))}`,
  );
  return `M${middle(at(corners - 1), at(0))}${curves.join("")}Z`;
}

function Cells({ count, seed }: { count: number; seed: number }) {
  return cellsOf(count, seed).map((cell) => (
    <g key={`${cell.x},${cell.y}`} transform={`translate(${cell.x} ${cell.y})`}>
      <path d={cell.membrane} className="fill-channel-2/20 stroke-channel-2/45" strokeWidth=".8" />
      <g transform={`rotate(${cell.turn})`}>
        <ellipse rx={round(cell.size * 0.86)} ry={round(cell.size * 0.64)} className="fill-channel-1/85" />
        <ellipse
          cx={round(-cell.size * 0.2)}
          rx={round(cell.size * 0.4)}
          ry={round(cell.size * 0.3)}
          className="fill-stage-ink/22"
        />
        <circle
          cx={round(cell.size * 1.15)}
          cy={round(cell.size * 0.5)}
          r=".55"
          className="fill-channel-3/90"
        />
        <circle cx={round(-cell.size)} cy={round(cell.size * 0.8)} r=".45" className="fill-channel-3/70" />
      </g>
    </g>
  ));
}

/** A 96-well plate as a microscope shows it: cells die towards the right. Decoration. */
export function LoginPlate({ className }: { className?: string }) {
  const roll = dice(11);
  const tiles = CELL_COUNTS.flatMap((count, level) =>
    Array.from({ length: VARIANTS }, (_, variant) => ({
      id: `plate-${level}-${variant}`,
      count,
      seed: level * 7 + variant + 1,
    })),
  );
  const wells = Array.from({ length: ROWS * COLUMNS }, (_, index) => {
    const column = index % COLUMNS;
    const dose = Math.max(0, (column - 2) / (COLUMNS - 3)) * (CELL_COUNTS.length - 1);
    const level = Math.min(CELL_COUNTS.length - 1, Math.max(0, Math.round(dose + (roll() - 0.5) * 2.2)));
    return {
      x: LEFT + column * PITCH + PITCH / 2,
      y: TOP + Math.floor(index / COLUMNS) * PITCH + PITCH / 2,
      tile: `plate-${level}-${Math.floor(roll() * VARIANTS)}`,
      turn: Math.floor(roll() * 360),
    };
  });
  return (
    <svg
      viewBox={`0 0 ${LEFT + COLUMNS * PITCH} ${TOP + ROWS * PITCH}`}
      aria-hidden="true"
      className={className}
    >
      <defs>
        <clipPath id="plate-well">
          <circle r={RADIUS} />
        </clipPath>
        {tiles.map((tile) => (
          <g key={tile.id} id={tile.id}>
            <Cells count={tile.count} seed={tile.seed} />
          </g>
        ))}
      </defs>
      <g className="fill-stage-ink-2 text-[13px] font-medium" textAnchor="middle">
        {Array.from({ length: COLUMNS }, (_, column) => (
          <text key={column} x={LEFT + column * PITCH + PITCH / 2} y="16">
            {column + 1}
          </text>
        ))}
        {Array.from({ length: ROWS }, (_, row) => (
          <text key={row} x="12" y={TOP + row * PITCH + PITCH / 2 + 4.5}>
            {rowName(row)}
          </text>
        ))}
      </g>
      {wells.map((well) => (
        <g key={`${well.x},${well.y}`} transform={`translate(${well.x} ${well.y})`}>
          <g clipPath="url(#plate-well)">
            <use href={`#${well.tile}`} transform={`rotate(${well.turn})`} />
          </g>
          <circle r={RADIUS} className="fill-none stroke-stage-line" strokeWidth="1" />
        </g>
      ))}
    </svg>
  );
}
