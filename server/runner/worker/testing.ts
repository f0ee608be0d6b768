/** Real batch folders and real workers for tests. Nothing here is used by the product. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import {
  parseResultLine,
  type EndLine,
  type ExitLine,
  type ResultLine,
  type UnitLine,
  type UnitsHeader,
} from "@/server/domain/jobs/protocol";

export const WORKER = path.join(import.meta.dirname, "worker.py");
const PYTHON = process.env["FRACTAL_TEST_PYTHON"] ?? "python3";

/** `sh -c` in which `$2` is the path of the arguments and `$4` the path of the output. */
export function shell(script: string): string[] {
  return ["sh", "-c", script, "task"];
}

/** A command that writes `output` to its output file. */
export function prints(output: string): string[] {
  return ["sh", "-c", `printf '%s' "$0" > "$4"`, output];
}

type Batch = { readonly header?: Partial<UnitsHeader>; readonly units: readonly Partial<UnitLine>[] };

export class BatchFolder {
  private readonly workers: ChildProcess[] = [];
  private constructor(readonly folder: string) {}

  /** The name has a space on purpose. */
  static async make({ header, units }: Batch): Promise<BatchFolder> {
    const folder = await mkdtemp(path.join(tmpdir(), "worker test-"));
    const first: UnitsHeader = {
      v: 1,
      batch: 7,
      tag: "f1-7",
      slots: 2,
      cpus: 1,
      mem_mb: null,
      unit_limit_s: null,
      env: {},
      clean_env: true,
      ...header,
    };
    const lines = units.map((unit, n) => ({ n, unit: 100 + n, argv: ["true"], args: "{}", ...unit }));
    await writeFile(
      path.join(folder, "units.jsonl"),
      [first, ...lines].map((line) => JSON.stringify(line) + "\n").join(""),
    );
    return new BatchFolder(folder);
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  text(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Starts the worker as the runner does: in its own session. */
  start(env: Record<string, string> = {}): ChildProcess {
    const worker = spawn(PYTHON, [WORKER, this.folder], {
      detached: true,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, ...env },
    });
    this.workers.push(worker);
    return worker;
  }

  /** Runs the worker to its end and returns all of its lines. */
  async run(env: Record<string, string> = {}): Promise<ResultLine[]> {
    const code = await exited(this.start(env));
    if (code !== 0) throw new Error(`The worker ended with ${String(code)}.`);
    return this.lines();
  }

  /** Whole lines so far; throws on a line that breaks the protocol. */
  lines(): ResultLine[] {
    if (!this.has("results.jsonl")) return [];
    return this.text("results.jsonl")
      .split("\n")
      .slice(0, -1)
      .map((text) => {
        const parsed = parseResultLine(text);
        if (!parsed.ok) throw new Error(`${parsed.why}\n${text}`);
        return parsed.line;
      });
  }

  ends(): EndLine[] {
    return this.lines().filter((line) => line.e === "end");
  }

  end(n: number): EndLine {
    const found = this.ends().filter((line) => line.n === n);
    if (found.length !== 1 || !found[0])
      throw new Error(`Unit ${String(n)} has ${String(found.length)} ends.`);
    return found[0];
  }

  started(): number[] {
    return this.lines().flatMap((line) => (line.e === "start" ? [line.n] : []));
  }

  exit(): ExitLine | undefined {
    return this.lines().find((line) => line.e === "exit");
  }

  /** The stored log of an ended unit. */
  log(n: number): Buffer {
    const [offset, bytes] = this.end(n).log;
    if (bytes === 0) return Buffer.alloc(0);
    return readFileSync(this.path("logs.txt")).subarray(offset, offset + bytes);
  }

  /** Asks a second worker process about the folder. */
  async ask(mode: "--probe" | "--reap"): Promise<unknown> {
    const child = spawn(PYTHON, [WORKER, mode, this.folder], { stdio: ["ignore", "pipe", "inherit"] });
    let answer = "";
    child.stdout.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    await exited(child);
    return JSON.parse(answer);
  }

  async remove(): Promise<void> {
    for (const worker of this.workers) {
      if (worker.exitCode === null && worker.signalCode === null) {
        worker.kill("SIGKILL");
        await exited(worker);
      }
    }
    if (this.has("family")) await this.ask("--reap");
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Call once per test file. @returns Makes folders that are removed after each test, with what still runs in them. */
export function cleanedBatches(): typeof BatchFolder.make {
  const batches: BatchFolder[] = [];
  afterEach(async () => {
    for (const batch of batches.splice(0)) await batch.remove();
  });
  return async (content) => {
    const batch = await BatchFolder.make(content);
    batches.push(batch);
    return batch;
  };
}

/** The exit code, or the name of the signal. */
export async function exited(child: ChildProcess): Promise<number | string> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return child.signalCode;
  return await new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      resolve(code ?? signal ?? "unknown");
    });
  });
}

/** Waits for a condition; fails after 10 s. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error(`Waited 10 s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Zombies count as gone. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${String(pid)}/status`, "utf8"));
  } catch {
    return false;
  }
}
