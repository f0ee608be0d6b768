"use client";

import { Button } from "@/components/ui/Button";
import { Checkbox } from "@/components/ui/Checkbox";
import type { Channel } from "./channels";
import { BINS, domainOf, histogram } from "./contrast";
import { formatPixel } from "./lengths";
import { hexOf, parseColor } from "./ngff";
import type { Range, Rgb } from "./ngff";

type Shown = Channel & { isOn: boolean };
type Change = { isOn?: boolean; color?: Rgb; range?: Range };
type Props = {
  channels: readonly Shown[];
  onChange: (channel: Shown, change: Change) => void;
  onAuto: () => void;
};

const HEIGHT = 34;

/** Each channel: on or off, its colour, and from which value to which it is drawn. */
export function ChannelControls({ channels, onChange, onAuto }: Props) {
  return (
    <section aria-label="Channels" className="border-b border-line px-4 py-3">
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold">Channels</h3>
        <Button variant="ghost" size="sm" onClick={onAuto} className="-my-1 -mr-2">
          Auto contrast
        </Button>
      </div>
      <ul>
        {channels.map((channel) => (
          <li key={channel.index} className="pt-2">
            <div className="flex min-h-6 items-center gap-2">
              <Checkbox
                checked={channel.isOn}
                onChange={(event) => onChange(channel, { isOn: event.target.checked })}
                label={<span className="block truncate">{channel.label}</span>}
                className="min-w-0 flex-1"
              />
              <span className="text-12 whitespace-nowrap text-ink-3">
                {formatPixel(channel.range.low)} to {formatPixel(channel.range.high)}
              </span>
              <input
                type="color"
                aria-label={`Colour of ${channel.label}`}
                value={hexOf(channel.color)}
                onChange={(event) => {
                  const color = parseColor(event.target.value);
                  if (color) onChange(channel, { color });
                }}
                className="size-5 shrink-0 cursor-pointer appearance-none rounded-tag border border-control bg-transparent p-0 max-md:size-8 [&::-webkit-color-swatch]:rounded-[3px] [&::-webkit-color-swatch]:border-0 [&::-webkit-color-swatch-wrapper]:p-0"
              />
            </div>
            <Contrast channel={channel} onChange={(range) => onChange(channel, { range })} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A histogram with two handles, which are two sliders for keyboard and screen reader. */
function Contrast({ channel, onChange }: { channel: Shown; onChange: (range: Range) => void }) {
  const { range, values, label } = channel;
  const domain = domainOf(values, range);
  const counts = histogram(values, domain).map(Math.sqrt);
  const most = Math.max(1, ...counts);
  // Whole numbers where there are many; a range of fractions keeps its fractions.
  const round = (value: number) => (domain.high - domain.low > 20 ? Math.round(value) : value);
  const gap = (domain.high - domain.low) / 200;
  const set = (low: number, high: number) => onChange({ low: round(low), high: round(high) });
  const slider = {
    type: "range",
    min: domain.low,
    max: domain.high,
    step: "any",
    className: "range-handle",
  } as const;
  return (
    <div className="relative mt-1 h-[34px]">
      <svg
        viewBox={`0 0 ${BINS} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-x-[5px] top-0 h-full w-[calc(100%-10px)] rounded-[2px] bg-sunken"
      >
        {counts.map((count, at) => {
          const value = domain.low + ((at + 0.5) / BINS) * (domain.high - domain.low);
          const height = (count / most) * (HEIGHT - 2);
          return (
            <rect
              key={at}
              x={at}
              y={HEIGHT - height}
              width={0.86}
              height={height}
              fill={hexOf(channel.color)}
              fillOpacity={channel.isOn && value >= range.low && value <= range.high ? 0.9 : 0.3}
            />
          );
        })}
      </svg>
      <input
        {...slider}
        aria-label={`Darkest value of ${label}`}
        value={range.low}
        onChange={(event) => set(Math.min(Number(event.target.value), range.high - gap), range.high)}
      />
      <input
        {...slider}
        aria-label={`Brightest value of ${label}`}
        value={range.high}
        onChange={(event) => set(range.low, Math.max(Number(event.target.value), range.low + gap))}
      />
    </div>
  );
}
