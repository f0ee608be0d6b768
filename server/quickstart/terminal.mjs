/** What the person at the terminal sees: one line per step, with its time. */

const isTty = process.stdout.isTTY === true;
const paint = (code, text) => (isTty && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text) => paint(1, text);
export const dim = (text) => paint(2, text);

const TITLE_WIDTH = 34;

/**
 * Run one step and print `✓ title  1.2 s`; what `work` returns as text is shown behind the title.
 * On a terminal the line is there from the beginning, without the tick.
 */
export async function step(title, work) {
  const startedAt = performance.now();
  if (isTty) process.stdout.write(`${dim("…")} ${title}`);
  const clear = () => (isTty ? "\r\u001b[2K" : "");
  try {
    const { value, note = "" } = (await work()) ?? {};
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stdout.write(
      `${clear()}${paint(32, "✓")} ${title.padEnd(TITLE_WIDTH)}${seconds} s${note ? `  ${dim(note)}` : ""}\n`,
    );
    return value;
  } catch (err) {
    process.stdout.write(clear());
    throw err;
  }
}

/** The one sentence, after the output of the program that failed. */
export function printRefusal(sentence, details = "") {
  if (details) process.stderr.write(`${details.trimEnd()}\n\n`);
  process.stderr.write(`${paint(31, "✗")} ${sentence}\n`);
}

export function say(line = "") {
  process.stdout.write(`${line}\n`);
}

/** Rows of text; the first is the head, numbers are aligned to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isNumber = rows[0].map((_, column) => rows.slice(1).every((row) => /^[\d./–]+$/.test(row[column])));
  const line = (row) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("   ")
      .trimEnd();
  const [head, ...body] = rows.map((row) => `  ${line(row)}`);
  return [bold(head), ...body].join("\n");
}

/** Lines that are drawn again and again on a terminal; elsewhere each is printed when it is new. */
export class LiveLines {
  #drawn = 0;

  draw(lines) {
    if (!isTty) return;
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    process.stdout.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`);
    this.#drawn = lines.length;
  }

  /** Only where nothing can be drawn again. */
  log(line) {
    if (!isTty) say(line);
  }
}
