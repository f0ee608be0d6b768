import fc from "fast-check";
import { expect, test } from "vitest";
import { FIELD_SEPARATOR, readSacct, readSbatch, readSqueue } from "./answers";
import type { CommandEnd } from "./answers";

const end = (part: Partial<CommandEnd>): CommandEnd => ({
  ...{ exit: 0, stdout: "", stderr: "", isTimedOut: false },
  ...part,
});
const said = (...lines: string[][]) =>
  end({ stdout: lines.map((line) => `${line.join(FIELD_SEPARATOR)}\n`).join("") });

test.each([
  { stdout: "2\n", expected: { kind: "submitted", job: 2 } },
  { stdout: "4;dev\n", expected: { kind: "submitted", job: 4 } },
  { stdout: "Welcome to our cluster\n5\n", expected: { kind: "submitted", job: 5 } },
  { stdout: "", expected: { kind: "unknown" } },
  { stdout: "5\n6\n", expected: { kind: "unknown" } },
  { stdout: "0\n", expected: { kind: "unknown" } },
  { stdout: "Submitted batch job 3\n", expected: { kind: "unknown" } },
  { stdout: "7\n", exit: null, expected: { kind: "unknown" } },
  { stdout: "7\n", isTimedOut: true, expected: { kind: "unknown" } },
  {
    exit: 1,
    stderr:
      "sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified\n",
    expected: { kind: "refused", why: "Batch job submission failed: Invalid partition name specified" },
  },
  { exit: 255, stderr: "sbatch: error: Invalid --mem specification\n", expected: { kind: "refused" } },
  { exit: 255, stderr: "sbatch: unrecognized option '--nosuch'\n", expected: { kind: "refused" } },
  {
    exit: 1,
    stderr: "sudo: a password is required\n",
    expected: { kind: "refused", why: "sudo: a password is required" },
  },
  {
    exit: 1,
    stderr:
      "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n",
    expected: { kind: "not_now" },
  },
  {
    exit: 1,
    stderr: "sbatch: error: Batch job submission failed: Resource temporarily unavailable\n",
    expected: { kind: "not_now" },
  },
  {
    exit: 1,
    stderr: "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
    expected: { kind: "unknown" },
  },
  { exit: 1, stderr: "", expected: { kind: "unknown" } },
  { exit: 1, stderr: "sbatch: error: something new\n", expected: { kind: "unknown" } },
])("sbatch that said '$stdout$stderr' ($exit) has $expected.kind", ({ expected, ...part }) => {
  expect(readSbatch(end(part))).toMatchObject(expected);
});

const running = ["150_3", "150", "3", "RUNNING", "None", "1790000000", "n1", "Tiny.f1-2"];

test("squeue: elements, plain jobs and names with anything in them", () => {
  expect(
    readSqueue(
      said(running, [
        "7",
        "7",
        "N/A",
        "PENDING",
        "ReqNodeNotAvail, UnavailableNodes:n2",
        "N/A",
        "",
        `a|b${FIELD_SEPARATOR}c`,
      ]),
    ),
  ).toEqual({
    known: true,
    value: [
      {
        job: 150,
        index: 3,
        state: "RUNNING",
        reason: "None",
        start: 1_790_000_000,
        node: "n1",
        name: "Tiny.f1-2",
      },
      {
        ...{ job: 7, index: null, state: "PENDING", reason: "ReqNodeNotAvail, UnavailableNodes:n2" },
        ...{ start: null, node: "", name: `a|b${FIELD_SEPARATOR}c` },
      },
    ],
  });
  expect(readSqueue(end({}))).toEqual({ known: true, value: [] });
});

const brokenLines = [
  ["150_3", "150", "4", ...running.slice(3)],
  ["150_[3-5]", "150", "3-5", ...running.slice(3)],
  running.slice(0, 7),
  ["", ...running.slice(1)],
  ["150_3", "150", "3", "runn", ...running.slice(4)],
  ["slurm_load_jobs error"],
];
test.each([
  ...brokenLines.map((line) => ({ answer: said(running, line) })),
  { answer: { ...said(running), exit: 1 } },
  { answer: { ...said(running), exit: null } },
  { answer: { ...said(running), isTimedOut: true } },
  {
    answer: { ...said(running), stderr: "slurm_load_jobs error: Socket timed out on send/recv operation\n" },
  },
  { answer: end({ stderr: "squeue: error: Invalid user: nosuchuser\n" }) },
  { answer: end({ stdout: said(running).stdout.slice(0, -4) }) },
  { answer: end({ stdout: `\0${said(running).stdout}` }) },
  { answer: end({ stdout: "\n" }) },
])("squeue: $answer is no answer", ({ answer }) => {
  expect(readSqueue(answer).known).toBe(false);
});

const row = (
  id: string,
  state: string,
  code: string,
  part: Partial<Record<"end" | "rss" | "name", string>> = {},
) => [
  ...[id, state, code, "1790000000", "1790000001", part.end ?? "1790000009"],
  ...[part.rss ?? "", "100M", "n1", part.name ?? "Tiny.f1-2"],
];

test("sacct: the end, who cancelled, and the memory of the steps", () => {
  const answer = readSacct(
    said(
      row("150_3", "COMPLETED", "0:0"),
      row("150_3.batch", "COMPLETED", "0:0", { rss: "114851840", name: "batch" }),
      row("150_3.extern", "COMPLETED", "0:0", { rss: "4096", name: "extern" }),
      row("150_4", "CANCELLED by 1003", "0:15"),
    ),
  );
  expect(answer).toMatchObject({
    known: true,
    value: [
      { job: 150, index: 3, state: "COMPLETED", cancelledBy: null, maxRss: 114_851_840, end: 1_790_000_009 },
      { job: 150, index: 4, state: "CANCELLED", cancelledBy: 1003, maxRss: null, signal: 15 },
    ],
  });
});

test.each([
  ["[3-5%1]", [3, 4, 5]],
  ["[1-2,5,8-9]", [1, 2, 5, 8, 9]],
  ["[7]", [7]],
  ["7", [7]],
])("sacct: elements that never started share the row %s", (list, indices) => {
  const answer = readSacct(said(row(`3_${list}`, "CANCELLED by 0", "0:0")));
  expect(answer.known && answer.value.map(({ index }) => index)).toEqual(indices);
});

test("sacct: an array that was cancelled before any of it began has one row, for all of it", () => {
  const answer = readSacct(said(row("55", "CANCELLED by 0", "0:0"), row("56_2", "CANCELLED by 7", "0:0")));
  expect(answer).toMatchObject({
    known: true,
    value: [
      { job: 55, index: null, cancelledBy: 0 },
      { job: 56, index: 2, cancelledBy: 7 },
    ],
  });
});

test.each([
  ["a cancelled row without its name", row("1170", "CANCELLED by 0", "0:0", { name: "allocation" })],
  ["a row of the array without an index", row("1170", "COMPLETED", "0:0")],
  ["a row without its name", row("1170_0", "COMPLETED", "0:0", { name: "allocation" })],
  ["a failure without its exit code", row("163_0", "FAILED", "0:0")],
  ["a state that is no end", row("163_0", "RUNNING", "0:0", { end: "Unknown" })],
  ["an end without its time", row("163_0", "COMPLETED", "0:0", { end: "Unknown" })],
  ["an end without a code", row("163_0", "NODE_FAIL", "")],
  ["a word that SLURM does not have", row("163_0", "COMPLETELY", "0:0")],
  ["a requeue", row("163_0", "REQUEUED", "0:0")],
])("sacct: %s is not an end", (_, line) => {
  expect(readSacct(said(line))).toEqual({ known: true, value: [] });
});

test("sacct: an error, a cut or a garbled answer is none", () => {
  const line = row("150_3", "COMPLETED", "0:0");
  const trouble = "sacct: error: Problem talking to the database: Connection refused\n";
  expect(readSacct(end({ exit: 1, stderr: trouble }))).toEqual({
    known: false,
    why: "sacct: Problem talking to the database: Connection refused",
  });
  for (const answer of [
    { ...said(line), stderr: trouble },
    { ...said(line), isTimedOut: true },
    end({ stdout: said(line).stdout.trimEnd() }),
    end({ stdout: `${said(line).stdout}\ufffd\n` }),
    said(line.slice(0, 5)),
  ])
    expect(readSacct(answer).known).toBe(false);
});

test("whatever is missing at the ends of an answer, nothing ends that had not", () => {
  const text = said(row("9_0", "RUNNING", "0:0", { end: "Unknown" }), row("9_1", "COMPLETED", "0:0")).stdout;
  const ends = (stdout: string) => {
    const answer = readSacct(end({ stdout }));
    return answer.known ? answer.value.map(({ index }) => index) : [];
  };
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(text.length), (from, to) => {
      expect(ends(text.slice(from, to)).filter((index) => index === 0)).toEqual([]);
    }),
  );
});
