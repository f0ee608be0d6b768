import { execFileSync } from "node:child_process";
import { appendFile, readdir } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";
import { exited, isAlive, prints, shell, until, cleanedBatches } from "./testing";

// Starting interpreters on a busy machine takes seconds; no test asserts on time.
vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

const make = cleanedBatches();

/** Appends one line to `ran` for every time that the command really runs. */
const COUNTED = shell("echo $2 >> ran");
const TERM_PROOF = `trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done`;

describe("a batch folder runs once", () => {
  it("a second worker in the same folder runs nothing", async () => {
    const batch = await make({ units: [{ argv: COUNTED }, { argv: COUNTED }] });
    const first = await batch.run();
    const second = await batch.run();
    expect(second).toEqual(first);
    expect(batch.text("ran").trim().split("\n")).toHaveLength(2);
  });

  it("of workers started at the same time one runs each unit once", async () => {
    const units = Array.from({ length: 20 }, () => ({ argv: COUNTED }));
    const batch = await make({ units });
    const codes = await Promise.all([1, 2, 3, 4].map(() => exited(batch.start())));
    expect(codes).toEqual([0, 0, 0, 0]);
    const ran = batch.text("ran").trim().split("\n");
    expect(new Set(ran).size).toBe(20);
    expect(ran).toHaveLength(20);
    expect(batch.lines().filter((line) => line.e === "begin")).toHaveLength(1);
  });

  it("a probe voids a batch that nobody started, and its worker then runs nothing", async () => {
    const batch = await make({ units: [{ argv: COUNTED }] });
    const free = { alive: "free", family: "free", rebooted: false };
    expect(await batch.ask("--probe")).toEqual({ ...free, claimed: false, voided: true });
    expect(await batch.run()).toEqual([]);
    expect(batch.has("ran")).toBe(false);
    expect(await batch.ask("--probe")).toEqual({ ...free, claimed: true, voided: false });
  });

  it("probes around a start neither void a running batch nor keep it from starting twice", async () => {
    const batch = await make({ units: [{ argv: COUNTED }] });
    const worker = batch.start();
    const answers = await Promise.all(Array.from({ length: 6 }, () => batch.ask("--probe")));
    expect(await exited(worker)).toBe(0);
    const voided = answers.filter((answer) => (answer as { voided: boolean }).voided).length;
    expect(voided + batch.started().length).toBe(1);
  });

  it("writes begin before every start, and start before the process exists", async () => {
    const batch = await make({ units: [{ argv: shell("cat results.jsonl") }, {}, {}] });
    const lines = await batch.run();
    expect(lines[0]).toMatchObject({ e: "begin", v: 1, batch: 7, slurm: null });
    expect(batch.log(0).toString()).toContain('{"e":"start","n":0,');
    expect(lines.at(-1)).toMatchObject({ e: "exit", reason: "complete", ended: 3 });
    for (const n of [0, 1, 2]) {
      const order = lines.flatMap((line) => ("n" in line && line.n === n ? [line.e] : []));
      expect(order).toEqual(["start", "end"]);
    }
  });

  it("leaves only the folder's own files", async () => {
    const batch = await make({
      units: [{ argv: prints("{}") }, { argv: shell("echo oops; exit 1") }, { argv: ["no-such"] }],
    });
    await batch.run();
    const names = ["alive", "claim", "family", "logs.txt", "results.jsonl", "units.jsonl"];
    expect((await readdir(batch.folder)).sort()).toEqual(names);
  });
});

describe("a dead worker", () => {
  it("killed while its unit lives: alive is free, family held, and a reap kills the unit", async () => {
    const other = await make({ units: [{ argv: shell("echo $$ > pid; exec sleep 60") }] });
    other.start();
    const batch = await make({ units: [{ argv: shell("echo $$ > pid; exec sleep 60") }] });
    const worker = batch.start();
    await until("both units run", () => batch.has("pid") && other.has("pid") && other.text("pid") !== "");
    expect(await batch.ask("--probe")).toMatchObject({ alive: "held", family: "held", claimed: true });
    // Nothing is orphaned while the worker lives.
    expect(await batch.ask("--reap")).toEqual({ killed: [], family: "held" });
    worker.kill("SIGKILL");
    await exited(worker);
    const pid = Number(batch.text("pid"));
    expect(await batch.ask("--probe")).toMatchObject({ alive: "free", family: "held", voided: false });
    expect(isAlive(pid)).toBe(true);
    expect(await batch.ask("--reap")).toEqual({ killed: [pid], family: "free" });
    expect(isAlive(pid)).toBe(false);
    expect(isAlive(Number(other.text("pid")))).toBe(true);
    expect(await batch.ask("--probe")).toMatchObject({ alive: "free", family: "free", voided: false });
    expect(batch.started()).toEqual([0]);
    expect(batch.ends()).toEqual([]);
  });

  it("a background child of an ended unit holds family until it is reaped", async () => {
    const batch = await make({
      units: [{ argv: shell("setsid sh -c 'echo $$ > pid; exec sleep 60' & sleep 0.3") }],
    });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ exit: 0 });
    expect(await batch.ask("--probe")).toMatchObject({ alive: "free", family: "held" });
    expect(await batch.ask("--reap")).toEqual({ killed: [Number(batch.text("pid"))], family: "free" });
  });
});

describe("ends", () => {
  it("exit code and signal exclude each other", async () => {
    const argvs = [shell("exit 7"), shell("kill -9 $$"), shell("exit 0"), shell("kill -TERM $$")];
    const batch = await make({ units: argvs.map((argv) => ({ argv })) });
    await batch.run();
    const ends = [0, 1, 2, 3].map((n) => batch.end(n));
    expect(ends.map((end) => [end.exit, end.signal])).toEqual([
      [7, null],
      [null, 9],
      [0, null],
      [null, 15],
    ]);
    expect(ends.every((end) => end.reason === null && end.detail === null)).toBe(true);
  });

  it("a command that cannot be started ends its unit in words and no other", async () => {
    const batch = await make({
      units: [
        { argv: ["/no/such task"] },
        { argv: ["no-such-task"] },
        { argv: ["/etc/passwd"] },
        { argv: ["/"] },
        {},
      ],
    });
    await batch.run();
    for (const n of [0, 1, 2, 3]) {
      expect(batch.end(n)).toMatchObject({
        exit: null,
        signal: null,
        reason: "not_executable",
        peak_mb: null,
      });
    }
    expect(batch.end(0).detail).toBe('Command "/no/such task" cannot be started: no such file.');
    expect(batch.end(2).detail).toContain("it is not executable for this user");
    expect(batch.end(4)).toMatchObject({ exit: 0 });
  });

  it("slices of logs.txt are what the units printed, bytes and warnings included", async () => {
    const script = (n: number) =>
      `for i in 1 2 3; do echo "unit ${String(n)} line $i"; echo "WarNing $i warning" >&2; done; printf '\\377\\0_${String(n)}'`;
    const batch = await make({ units: Array.from({ length: 8 }, (_, n) => ({ argv: shell(script(n)) })) });
    await batch.run();
    for (let n = 0; n < 8; n++) {
      const text = [1, 2, 3]
        .map((i) => `unit ${String(n)} line ${String(i)}\nWarNing ${String(i)} warning\n`)
        .join("");
      const printed = Buffer.concat([Buffer.from(text), Buffer.from([255, 0]), Buffer.from(`_${String(n)}`)]);
      expect(batch.log(n)).toEqual(printed);
      expect(batch.end(n).warnings).toBe(3);
    }
  });

  it("a log over 64 MB is kept as head and tail, and says what is missing", async () => {
    const script = "echo first; head -c 80000000 /dev/zero | tr '\\0' x; echo; echo last warning";
    const batch = await make({ units: [{ argv: shell(script) }] });
    await batch.run();
    const log = batch.log(0);
    expect(log.length).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(log.subarray(0, 6).toString()).toBe("first\n");
    expect(log.subarray(-14).toString()).toBe("\nlast warning\n");
    expect(log.toString("latin1")).toMatch(
      /\[\.\.\. \d+ bytes are left out here: this log had 80000020 bytes/,
    );
    expect(batch.end(0).warnings).toBe(1);
  });

  it("measures CPU time and the memory of the unit", async () => {
    const batch = await make({ units: [{ argv: ["python3", "-c", "a = b'x' * 90_000_000"] }] });
    await batch.run();
    expect(batch.end(0).peak_mb).toBeGreaterThan(80);
    expect(batch.end(0).cpu_s).toBeGreaterThan(0);
  });
});

describe("what a unit is given", () => {
  it("its arguments byte for byte, its folder, an empty stdin and its own process group", async () => {
    const args = '{"zarr_url": "/a b", "x": 1.0, "u": "ü"}';
    const script = `cat "$2"; echo; pwd; cat; echo "$1 $3"; cut -d' ' -f1,5 /proc/$$/stat`;
    const batch = await make({ units: [{ argv: shell(script), args }] });
    await batch.run();
    const [printed, cwd, options, ids] = batch.log(0).toString().trim().split("\n");
    expect([printed, cwd, options]).toEqual([args, batch.folder, "--args-json --out-json"]);
    expect(ids?.split(" ")[0]).toBe(ids?.split(" ")[1]);
  });

  it("a clean environment hides the secrets of the server", async () => {
    const header = { env: { FRACTAL_CACHE_DIR: "/cache" }, clean_env: true };
    const batch = await make({ header, units: [{ argv: shell("env") }] });
    await batch.run({ FRACTAL_SECRET: "hush" });
    const names = batch
      .log(0)
      .toString()
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names).not.toContain("FRACTAL_SECRET");
    expect(names).toEqual(expect.arrayContaining(["PATH", "FRACTAL_CACHE_DIR"]));
  });

  it("otherwise the environment of the job script, and under SLURM the worker says which element it is", async () => {
    const batch = await make({
      header: { clean_env: false, env: { A: "2" } },
      units: [{ argv: shell("env") }],
    });
    const slurm = { SLURM_JOB_ID: "992", SLURM_ARRAY_JOB_ID: "991", SLURM_ARRAY_TASK_ID: "3" };
    const lines = await batch.run({ A: "1", MODULES: "loaded", ...slurm });
    expect(batch.log(0).toString().split("\n")).toEqual(expect.arrayContaining(["A=2", "MODULES=loaded"]));
    expect(lines[0]).toMatchObject({ slurm: "991_3" });
  });

  it("no descriptor of the worker except the family lock", async () => {
    const batch = await make({ units: [{ argv: shell("ls -l /proc/self/fd") }] });
    await batch.run();
    const targets = [
      ...batch
        .log(0)
        .toString()
        .matchAll(/ (\d+) -> (.+)/g),
    ];
    const beyond = targets.filter(([, fd]) => Number(fd) > 2).map(([, , target]) => target);
    expect(beyond.filter((target) => !target?.startsWith("/proc/"))).toEqual([batch.path("family")]);
  });
});

describe("limits and stops", () => {
  it("a unit over its time is killed with its whole group although it ignores TERM", async () => {
    const script = `sh -c "trap '' TERM; echo \\$\\$ > child; while :; do sleep 0.1; done" & ${TERM_PROOF}`;
    const batch = await make({
      header: { unit_limit_s: 1, grace_s: 0.5 },
      units: [{ argv: shell(script) }, {}],
    });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ exit: null, signal: 9, reason: "unit_limit" });
    expect(batch.end(0).detail).toContain("1 s");
    expect(isAlive(Number(batch.text("child")))).toBe(false);
    expect(batch.end(1)).toMatchObject({ exit: 0, reason: null });
    expect(batch.exit()).toMatchObject({ reason: "complete" });
  });

  it("when only the leader obeys TERM, the rest of its group is killed after the grace", async () => {
    const script = `sh -c "trap '' TERM; echo \\$\\$ > child; while :; do sleep 0.1; done" & exec sleep 60`;
    const batch = await make({ header: { unit_limit_s: 1, grace_s: 0.5 }, units: [{ argv: shell(script) }] });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ signal: 15, reason: "unit_limit" });
    expect(isAlive(Number(batch.text("child")))).toBe(false);
    expect(await batch.ask("--probe")).toMatchObject({ family: "free" });
  });

  it("the unit furthest above its memory is ended and its siblings finish", async () => {
    const hold = (mb: number, seconds: number) => [
      "python3",
      "-c",
      `import time; a = b'x' * ${String(mb)}_000_000; time.sleep(${String(seconds)})`,
    ];
    const batch = await make({
      header: { slots: 3, mem_mb: 60, grace_s: 1 },
      units: [{ argv: hold(20, 4) }, { argv: hold(300, 60) }, { argv: hold(40, 4) }],
    });
    await batch.run();
    expect(batch.end(1)).toMatchObject({ reason: "mem_limit", exit: null });
    expect(batch.end(1).detail).toMatch(/used \d+ MB and had asked for 60 MB/);
    // Perhaps seen while it still grew.
    expect(batch.end(1).peak_mb).toBeGreaterThan(100);
    for (const n of [0, 2]) expect(batch.end(n)).toMatchObject({ exit: 0, reason: null });
  });

  it("memory that forked processes share counts once", async () => {
    const script = "import os, time; a = b'x' * 100_000_000; [os.fork() for _ in range(2)]; time.sleep(3)";
    const batch = await make({
      header: { slots: 2, mem_mb: 130 },
      units: [{ argv: ["python3", "-c", script] }],
    });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ exit: 0, reason: null });
  });

  it("cancelling one ends it, skips one that never started, and leaves the others", async () => {
    const wait = shell("while [ ! -e go ]; do sleep 0.05; done");
    const batch = await make({
      units: [{ argv: shell("touch on; exec sleep 60") }, { argv: wait }, { argv: COUNTED }, {}],
    });
    const worker = batch.start();
    await until("the first unit runs", () => batch.has("on"));
    await appendFile(batch.path("cancel"), "0\n2\n");
    await until("the first unit ends", () => batch.ends().some((line) => line.n === 0));
    await appendFile(batch.path("go"), "");
    expect(await exited(worker)).toBe(0);
    expect(batch.end(0)).toMatchObject({ signal: 15, reason: "cancelled" });
    expect(batch.has("ran")).toBe(false);
    expect(batch.started()).toEqual([0, 1, 3]);
    for (const n of [1, 3]) expect(batch.end(n)).toMatchObject({ exit: 0, reason: null });
    expect(batch.exit()).toMatchObject({ reason: "cancelled", ended: 3 });
  });

  it("cancelling all ends the running units; the rest has neither start nor end", async () => {
    const batch = await make({
      units: Array.from({ length: 6 }, () => ({ argv: shell("touch on; exec sleep 60") })),
    });
    const worker = batch.start();
    await until("two units run", () => batch.started().length === 2 && batch.has("on"));
    await appendFile(batch.path("cancel"), "*\n");
    expect(await exited(worker)).toBe(0);
    expect(batch.started()).toEqual([0, 1]);
    expect(batch.ends().map((line) => line.reason)).toEqual(["cancelled", "cancelled"]);
    expect(batch.exit()).toMatchObject({ reason: "cancelled", ended: 2 });
  });

  it("after USR1 nothing more starts and the running units finish", async () => {
    const wait = shell("touch on; while [ ! -e go ]; do sleep 0.05; done");
    const batch = await make({ header: { slots: 1 }, units: [{ argv: wait }, {}] });
    const worker = batch.start();
    await until("the unit runs", () => batch.has("on"));
    worker.kill("SIGUSR1");
    await appendFile(batch.path("go"), "");
    expect(await exited(worker)).toBe(0);
    expect(batch.started()).toEqual([0]);
    expect(batch.end(0)).toMatchObject({ exit: 0, reason: null });
    expect(batch.exit()).toMatchObject({ reason: "deadline", ended: 1 });
  });

  it.each([
    ["TERM alone means cancelled", false, "cancelled"],
    ["TERM after USR1 means that the time limit was reached", true, "time_limit"],
  ] as const)("%s", async (_name, hasUsr1, reason) => {
    const batch = await make({
      header: { grace_s: 0.5 },
      units: [{ argv: shell(TERM_PROOF) }, { argv: shell("exec sleep 60") }, {}],
    });
    const worker = batch.start();
    await until(
      "the units run",
      () => batch.has("pid") && batch.text("pid") !== "" && batch.started().length === 2,
    );
    if (hasUsr1) worker.kill("SIGUSR1");
    worker.kill("SIGTERM");
    expect(await exited(worker)).toBe(0);
    expect(batch.end(0)).toMatchObject({ signal: 9, reason });
    expect(batch.end(1)).toMatchObject({ signal: 15, reason });
    expect(batch.exit()).toMatchObject({ reason: "sigterm", ended: 2 });
    expect(isAlive(Number(batch.text("pid")))).toBe(false);
  });
});

it("a disk that refuses results for a while delays ends and starts and loses none", async () => {
  const wait = shell("touch on; while [ ! -e go ]; do sleep 0.05; done");
  const batch = await make({ header: { slots: 1 }, units: [{ argv: wait }, { argv: COUNTED }, {}] });
  const worker = batch.start();
  await until("the unit runs", () => batch.has("on"));
  // A file size limit a few bytes further acts as a full disk does: the next line is written in part.
  const limit = (fsize: string) =>
    execFileSync("prlimit", ["--pid", String(worker.pid), `--fsize=${fsize}:unlimited`]);
  limit(String(batch.text("results.jsonl").length + 10));
  await appendFile(batch.path("go"), "");
  await until("a part is written", () => !batch.text("results.jsonl").endsWith("\n"));
  expect(batch.has("ran")).toBe(false);
  limit("unlimited");
  expect(await exited(worker)).toBe(0);
  for (const n of [0, 1, 2]) expect(batch.end(n)).toMatchObject({ exit: 0, reason: null });
  expect(batch.exit()).toMatchObject({ reason: "complete", ended: 3 });
});

it("ten thousand units end, each once", { timeout: 120_000 }, async () => {
  const units = Array.from({ length: 10_000 }, (_, n) => ({ n, argv: ["true"] }));
  const batch = await make({ header: { slots: 8 }, units });
  await batch.run();
  expect(new Set(batch.ends().map((line) => line.n)).size).toBe(10_000);
  expect(batch.exit()).toMatchObject({ reason: "complete", ended: 10_000 });
});
