import { describe, expect, it } from "vitest";
import { parseResultLine } from "@/server/domain/jobs/protocol";

const BEGIN = { e: "begin", v: 1, batch: 7, host: "n12", pid: 4711, t: 1770000000.5, slurm: "991_3" };
const END = {
  e: "end",
  n: 0,
  t: 1770000001,
  exit: 0,
  signal: null,
  reason: null,
  detail: null,
  wall_s: 1.5,
  cpu_s: 0.5,
  peak_mb: 20.5,
  log: [0, 12],
  warnings: 2,
  out: { image_list_updates: [] },
};

function parse(line: unknown) {
  return parseResultLine(JSON.stringify(line));
}

describe("parseResultLine", () => {
  it("reads each of the four lines", () => {
    const lines = [
      BEGIN,
      { ...BEGIN, slurm: null },
      { e: "start", n: 3, t: 1 },
      END,
      { ...END, out: null },
      { ...END, exit: null, signal: 9, reason: "unit_limit", detail: "too long", peak_mb: null, out: null },
      { e: "exit", t: 2, reason: "deadline", ended: 25 },
    ];
    for (const line of lines) expect(parse(line)).toEqual({ ok: true, line });
  });

  it("accepts an output that is in a file, with its size and hash", () => {
    const { out: _, ...rest } = END;
    const line = { ...rest, out_file: "out/0.json", out_bytes: 70000, out_sha256: "a".repeat(64) };
    expect(parse(line)).toEqual({ ok: true, line });
  });

  it("drops keys that a later worker may add", () => {
    expect(parse({ e: "start", n: 3, t: 1, gpu: 2 })).toEqual({ ok: true, line: { e: "start", n: 3, t: 1 } });
  });

  it.each([
    ["both exit and signal", { ...END, signal: 9 }, "exclude"],
    ["neither an output nor a file", { ...END, out: undefined }, "either"],
    [
      "an output and a file",
      { ...END, out_file: "out/0.json", out_bytes: 1, out_sha256: "a".repeat(64) },
      "either",
    ],
    ["a file without its hash", { ...END, out: undefined, out_file: "out/0.json", out_bytes: 1 }, "together"],
    ["a file outside out/", { ...END, out: undefined, out_file: "../x" }, "out_file"],
    ["an unknown reason", { ...END, reason: "bored" }, "reason"],
    ["an unknown event", { e: "pause" }, "protocol"],
    ["a negative unit", { e: "start", n: -1, t: 1 }, "n:"],
    ["another version", { ...BEGIN, v: 2 }, "v:"],
    ["an array", [], "protocol"],
    ["null", null, "protocol"],
  ])("refuses %s and says why", (_name, line, why) => {
    const answer = parse(line);
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.why).toContain(why);
  });

  it.each([
    ["nothing", ""],
    ["half a line", '{"e":"start","n":'],
    ["a NUL", '{"e":"start","n":1,"t":1}\0'],
    ["Python's NaN", '{"e":"start","n":1,"t":NaN}'],
    ["a very deep value", "[".repeat(200_000)],
  ])("never throws: %s", (_name, text) => {
    const answer = parseResultLine(text);
    expect(answer.ok).toBe(false);
  });
});
