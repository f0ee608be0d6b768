import { Glyph } from "../ui/Glyph";
import { STATE_LOOKS, type StateName } from "./words";

export type StateGlyphProps = {
  state: StateName;
  /** Pixels. */
  size?: number;
  /** Does not turn; for pages with more than 30 running rows. */
  still?: boolean;
  className?: string;
};

/** Hidden from screen readers: use `StateWord` unless the word stands beside it anyway. */
export function StateGlyph({ state, size = 14, still = false, className }: StateGlyphProps) {
  return <Glyph kind={STATE_LOOKS[state].glyph} size={size} still={still} className={className} />;
}
