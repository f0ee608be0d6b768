import { expect, test } from "vitest";
import type { CommandEnd } from "@/server/domain/slurm/answers";
import type { Transport } from "../transports/transport";
import { SlurmPoller } from "./slurm-poller";

const end = (part: Partial<CommandEnd> = {}): CommandEnd => ({
  ...{ exit: 0, stdout: "", stderr: "", isTimedOut: false },
  ...part,
});
const lines = (...rows: string[][]) => end({ stdout: rows.map((row) => `${row.join("\x1f")}\n`).join("") });
const queued = (job: number, k: number, state: string, tag = "f1-2") => [
  `${job}_${k}`,
  String(job),
  String(k),
  state,
  "None",
  "1790000000",
  "n1",
  `Mark.${tag}`,
];
const row = (id: string, state: string, code = "0:0", name = "Mark.f1-2") => [
  id,
  state,
  code,
  "1790000000",
  "1790000001",
  "1790000009",
  "",
  "100M",
  "n1",
  name,
];

/** A scheduler that answers what the test says, and counts how often it is asked. */
class Scheduler implements Transport {
  squeue = end();
  sacct = end();
  readonly asked: string[] = [];
  run(argv: readonly string[]): Promise<CommandEnd> {
    this.asked.push(argv[0] ?? "");
    return Promise.resolve(argv[0] === "squeue" ? this.squeue : this.sacct);
  }
  readBytes(): never {
    throw new Error("not asked for");
  }
}

async function makePoller(intervalMs = 0) {
  const scheduler = new Scheduler();
  const poller = new SlurmPoller(scheduler, intervalMs);
  poller.follow("lab");
  const stateOf = async (k = 0) => {
    await poller.refresh();
    // What is missing in the queue is asked of the accounting in the next round.
    poller.stateOf("f1-2", k, 9);
    await poller.refresh();
    return poller.stateOf("f1-2", k, 9);
  };
  await poller.refresh();
  return { scheduler, poller, stateOf };
}

const trouble = "slurm_load_jobs error: Socket timed out on send/recv operation\n";
const full = lines(queued(9, 0, "RUNNING"), queued(9, 1, "RUNNING"));
test.each([
  ["nothing", end()],
  ["an error", end({ exit: 1, stderr: trouble })],
  ["an error and success at once", end({ stderr: "squeue: error: Invalid user: lab\n" })],
  ["no answer in time", end({ exit: null, isTimedOut: true })],
  ["the half of it", end({ stdout: full.stdout.slice(0, 70) })],
  ["other elements only", lines(queued(9, 1, "COMPLETED"))],
  ["what is no text", end({ stdout: "\ufffd\0\n" })],
  ["a word that SLURM does not have", lines(queued(9, 0, "COMPLETELY"))],
  ["the end of another job", lines(queued(8, 0, "COMPLETED"))],
])("squeue answers %s, the accounting nothing: the element has not ended", async (_, squeue) => {
  const { scheduler, stateOf } = await makePoller();
  scheduler.squeue = full;
  expect(await stateOf()).toMatchObject({ kind: "live", state: "RUNNING" });
  scheduler.squeue = squeue;
  expect((await stateOf()).kind).not.toBe("ended");
});

test.each([
  [
    "an error",
    end({ exit: 1, stderr: "sacct: error: Problem talking to the database: Connection refused\n" }),
  ],
  ["no answer in time", end({ isTimedOut: true, exit: null })],
  ["the row of the array alone", lines(row("9", "COMPLETED"))],
  ["a row without its name", lines(row("9_0", "COMPLETED", "0:0", "allocation"))],
  ["a failure without its code", lines(row("9_0", "FAILED"))],
  ["other elements", lines(row("9_1", "COMPLETED"))],
  ["an earlier attempt", lines(row("9_0", "REQUEUED"))],
  ["the half of a row", end({ stdout: lines(row("9_0", "COMPLETED")).stdout.slice(0, 20) })],
])("the queue does not have it, the accounting says %s: nobody knows", async (_, sacct) => {
  const { scheduler, stateOf } = await makePoller();
  scheduler.sacct = sacct;
  expect(await stateOf()).toMatchObject({ kind: "unknown", isMissing: true });
});

test("an explicit end counts, from either; while the queue shows it alive, or says nothing, it has not ended", async () => {
  const { scheduler, stateOf } = await makePoller();
  scheduler.sacct = lines(row("9_0", "OUT_OF_MEMORY", "0:125"));
  expect(await stateOf()).toEqual({
    kind: "ended",
    state: "OUT_OF_MEMORY",
    detail: "SLURM job 9_0 on n1: OUT_OF_MEMORY (exit code 0, signal 125, after 8 s).",
  });
  scheduler.squeue = lines(queued(9, 0, "COMPLETING"));
  expect(await stateOf()).toMatchObject({ kind: "live", state: "COMPLETING" });
  scheduler.squeue = end({ exit: 1, stderr: trouble });
  expect(await stateOf()).toMatchObject({ kind: "unknown", isMissing: false });
  scheduler.squeue = lines(queued(9, 1, "TIMEOUT"));
  expect(await stateOf(1)).toMatchObject({ kind: "ended", state: "TIMEOUT" });
});

test("of two arrays with one tag either keeps the element alive; both are found by it", async () => {
  const { scheduler, poller, stateOf } = await makePoller();
  scheduler.squeue = lines(
    queued(9, 0, "COMPLETED"),
    queued(10, 0, "RUNNING"),
    queued(11, 0, "RUNNING", "f1-21"),
  );
  expect(await stateOf()).toMatchObject({ kind: "live" });
  expect(await poller.findTag("f1-2", "Mark.f1-2")).toEqual({ known: true, value: [9, 10] });
  scheduler.squeue = end();
  scheduler.sacct = lines(row("12", "RUNNING", "0:0", "allocation"), row("7_0", "COMPLETED"));
  expect(await poller.findTag("f1-2", "Mark.f1-2")).toEqual({ known: true, value: [7, 12] });
  scheduler.sacct = end({ exit: 1, stderr: "sacct: error: Connection refused\n" });
  expect(await poller.findTag("f1-2", "Mark.f1-2")).toMatchObject({ known: false });
});

test("however many ask, an interval has one squeue and one sacct", async () => {
  const { scheduler, poller } = await makePoller(60_000);
  await Promise.all(Array.from({ length: 20 }, () => poller.refresh()));
  expect(scheduler.asked).toEqual(["squeue"]);
  for (let k = 0; k < 50; k += 1) poller.stateOf("f1-2", k, 9);
  poller.follow("somebody else");
  await Promise.all(Array.from({ length: 20 }, () => poller.refresh()));
  expect(scheduler.asked).toEqual(["squeue", "squeue", "sacct"]);
});
