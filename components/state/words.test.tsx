import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import { JOB_STATES, RUN_STATES, UNIT_STATES } from "@/server/contracts/enums";

import { StateWord } from "./StateWord";
import { STATE_LOOKS } from "./words";

describe("states", () => {
  it("of jobs, runs and units are shown as a hidden glyph and a word", () => {
    for (const state of [...JOB_STATES, ...RUN_STATES, ...UNIT_STATES]) {
      const html = renderToStaticMarkup(<StateWord state={state} />);
      expect(html).toContain('aria-hidden="true"');
      expect(html).toContain(STATE_LOOKS[state].word);
    }
  });
  it("that mean different things differ in outline, not only in colour", () => {
    const looks = [
      "waiting",
      "queued",
      "running",
      "done",
      "failed",
      "stopped",
      "skipped",
      "warning",
      "unknown",
    ] as const;
    expect(new Set(looks.map((state) => STATE_LOOKS[state].glyph)).size).toBe(looks.length);
  });
});
