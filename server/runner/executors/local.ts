import { spawn } from "node:child_process";
import { appendFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { ProbeAnswer } from "@/server/domain/jobs/protocol";
import type { BatchContent, BatchFolder, BatchHandle, Executor, Known, Launch, Settled } from "./executor";

const WORKER = fileURLToPath(new URL("../worker/worker.py", import.meta.url));
/** `--reap` gives units 10 s to end before it kills them. */
const SETTLE_TIMEOUT_MS = 60_000;

/** Runs workers on this host, each in a session of its own so that our death does not reach it. */
export class LocalExecutor implements Executor {
  readonly kind = "local";

  /** @param python Interpreter that runs the worker: Python ≥ 3.9, nothing else needed. */
  constructor(private readonly python: string) {}

  async makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
  }

  async prepare(batch: BatchFolder, content: BatchContent): Promise<void> {
    await mkdir(batch.folder, { recursive: true, mode: 0o700 });
    const target = path.join(batch.folder, "units.jsonl");
    const file = await open(`${target}.tmp`, "w", 0o600);
    try {
      await file.write(`${JSON.stringify(content.header)}\n`);
      for await (const units of content.units)
        await file.write(units.map((unit) => `${JSON.stringify(unit)}\n`).join(""));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${target}.tmp`, target);
  }

  async launch({ batches: [batch] }: Launch, onExit: () => void): Promise<Known<BatchHandle>> {
    if (!batch) throw new Error("a launch without a batch");
    // The worker gets the environment of a log-in, not ours: our secrets stay with us.
    const { PATH, HOME, USER, LANG, TMPDIR } = process.env;
    const env = Object.fromEntries(
      Object.entries({ PATH, HOME, USER, LANG, TMPDIR }).filter(([, value]) => value),
    ) as NodeJS.ProcessEnv;
    const output = await open(path.join(batch.folder, "worker.out"), "a", 0o600);
    try {
      const child = spawn(this.python, [WORKER, batch.folder], {
        detached: true,
        cwd: batch.folder,
        env,
        stdio: ["ignore", output.fd, output.fd],
      });
      child.once("exit", onExit);
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", reject);
      });
      child.unref();
      if (child.pid === undefined) throw new Error("the worker has no process id");
      return { known: true, value: { pid: child.pid, host: hostname() } };
    } finally {
      await output.close();
    }
  }

  async findLaunched({ batches: [batch] }: Launch): Promise<Known<{ handle: null } | null>> {
    return { known: true, value: batch && (await this.hasBegun(batch)) ? { handle: null } : null };
  }

  /** True if the folder's claim exists, so the batch has started at some time. */
  async hasBegun(batch: BatchFolder): Promise<boolean> {
    return (await this.size(path.join(batch.folder, "claim"))) !== null;
  }

  async look(): Promise<void> {
    // Every question is cheap here.
  }

  mayLive({ handle }: BatchFolder): boolean {
    if (handle?.pid === undefined) return true;
    try {
      process.kill(handle.pid, 0);
      return true;
    } catch (err) {
      return (err as NodeJS.ErrnoException).code === "EPERM";
    }
  }

  async settle(batch: BatchFolder): Promise<Known<Settled>> {
    const known = (life: Settled["life"]) => ({ known: true, value: { life, detail: null } }) as const;
    try {
      // The folder may be missing after a crash before `prepare`; the probe voids it by its claim.
      await mkdir(batch.folder, { recursive: true, mode: 0o700 });
      const probe = await this.#probe(batch);
      if (probe.alive === "held") return known("running");
      if (probe.voided) return known("never_began");
      if (probe.family === "held") {
        await execa(this.python, [WORKER, "--reap", batch.folder], {
          timeout: SETTLE_TIMEOUT_MS,
          stdin: "ignore",
        });
        const again = await this.#probe(batch);
        if (again.family === "held")
          return { known: false, why: "processes of a dead worker cannot be ended" };
      }
      return known(probe.rebooted ? "machine_died" : "ended");
    } catch (err) {
      return { known: false, why: `cannot look at ${batch.folder}: ${(err as Error).message.slice(0, 300)}` };
    }
  }

  async #probe(batch: BatchFolder): Promise<ProbeAnswer> {
    const { stdout } = await execa(this.python, [WORKER, "--probe", batch.folder], {
      timeout: SETTLE_TIMEOUT_MS,
      stdin: "ignore",
    });
    return ProbeAnswer.parse(JSON.parse(stdout));
  }

  async read(file: string, offset: number, maxBytes: number): Promise<Buffer | null> {
    const handle = await openIfThere(file);
    if (!handle) return null;
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.max(0, Math.min(maxBytes, size - offset)));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async size(file: string): Promise<number | null> {
    try {
      return (await stat(file)).size;
    } catch (err) {
      if (isMissing(err)) return null;
      throw err;
    }
  }

  async cancel(batch: BatchFolder, units: "all" | readonly number[]): Promise<void> {
    // The first line ends a number that a full disk has cut short, and makes it none.
    const lines = ["x", ...(units === "all" ? ["*"] : units)].map((word) => `${word}\n`).join("");
    try {
      await appendFile(path.join(batch.folder, "cancel"), lines, { mode: 0o600 });
    } catch (err) {
      // Without a folder there is no worker.
      if (!isMissing(err)) throw err;
    }
  }

  async tidy(batch: BatchFolder): Promise<void> {
    for (const name of ["alive", "family", "cancel", "units.jsonl"])
      await rm(path.join(batch.folder, name), { force: true });
  }
}

async function openIfThere(file: string) {
  try {
    return await open(file, "r");
  } catch (err) {
    if (isMissing(err)) return null;
    throw err;
  }
}

const isMissing = (err: unknown) => ["ENOENT", "ENOTDIR"].includes((err as NodeJS.ErrnoException).code ?? "");
