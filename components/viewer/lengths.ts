/** "20 µm", "0.5 µm", "2 mm", "500 nm"; pixels stay pixels. */
export function formatLength(length: number, unit: "µm" | "px"): string {
  const [value, word] =
    unit === "px"
      ? [length, "px"]
      : length >= 1000
        ? [length / 1000, "mm"]
        : length < 0.1
          ? [length * 1000, "nm"]
          : [length, "µm"];
  return `${Number(value.toPrecision(4)).toLocaleString("en-US")} ${word}`;
}

/** A position with one decimal, so that it does not jump about. */
export const formatPosition = (value: number) => value.toFixed(1);

/** A stored value: counts whole, fractions with four digits. */
export const formatPixel = (value: number | null) =>
  value === null
    ? "…"
    : value.toLocaleString("en-US", { maximumSignificantDigits: Number.isInteger(value) ? 21 : 4 });
