import { formatValue } from "@/components/dataset/plate-data";
import { formatCount } from "@/components/ui/format";

const CLASSES = 24;

type Props = {
  /** Distinct values with how often they occur, any order; not empty. */
  values: readonly { value: number; count: number }[];
  /** The attribute, for the sentence that is read out. */
  label: string;
};

/** How a number is spread over the images of a dataset. */
export function Histogram({ values, label }: Props) {
  const low = Math.min(...values.map(({ value }) => value));
  const high = Math.max(...values.map(({ value }) => value));
  const classes = Array.from({ length: CLASSES }, () => 0);
  for (const { value, count } of values) {
    const at = high > low ? Math.min(CLASSES - 1, Math.floor(((value - low) / (high - low)) * CLASSES)) : 0;
    classes[at] = (classes[at] ?? 0) + count;
  }
  const images = values.reduce((sum, { count }) => sum + count, 0);
  return (
    <div>
      <HistogramBars
        classes={classes}
        label={`${label}: ${formatCount(images)} images between ${formatValue(low)} and ${formatValue(high)}`}
      />
      <div className="mt-0.5 flex justify-between text-11 text-ink-3">
        <span>{formatValue(low)}</span>
        <span>{formatValue(high)}</span>
      </div>
    </div>
  );
}

/** @param props.classes counts from low to high */
export function HistogramBars({ classes, label }: { classes: readonly number[]; label: string }) {
  const tallest = Math.max(1, ...classes);
  return (
    <div role="img" aria-label={label} className="flex h-8 items-end gap-px border-b border-line-2">
      {classes.map((count, index) => (
        // The class is its position.
        <span
          key={index}
          className="flex-1 bg-ink-3/55"
          style={{ height: count === 0 ? 0 : `${Math.max(6, (count / tallest) * 100)}%` }}
        />
      ))}
    </div>
  );
}
