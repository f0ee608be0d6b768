import { spawn } from "node:child_process";
import { appendFile, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ExecaError, execa } from "execa";
import { ProbeAnswer } from "@/server/domain/jobs/protocol";
import type {
  BatchContent,
  BatchFolder,
  BatchHandle,
  BegunBatch,
  Executor,
  Known,
  Launch,
  Settled,
} from "./executor";

const WORKER = fileURLToPath(new URL("../worker/worker.py", import.meta.url));
/** `--reap` gives units 10 s to end before it kills them. */
const SETTLE_TIMEOUT_MS = 60_000;

/** Runs workers on this host, each in a session of its own so that our death does not reach it. */
export class LocalExecutor implements Executor {
  readonly kind = "local";

  /** @param python Interpreter that runs the worker: Python ≥ 3.9, nothing else needed. Asked for each time: it may be corrected. */
  constructor(private readonly python: string | (() => Promise<string>)) {}

  async #interpreter(): Promise<string> {
    return typeof this.python === "string" ? this.python : this.python();
  }

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
    const python = await this.#interpreter();
    const output = await open(path.join(batch.folder, "worker.out"), "a", 0o600);
    try {
      const child = spawn(python, [WORKER, batch.folder], {
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
    return (await this.size(claimOf(batch))) !== null;
  }

  async look(): Promise<void> {
    // Every question is cheap here.
  }

  mayLive({ handle }: BatchFolder): boolean {
    if (handle?.pid === undefined || handle.host !== hostname()) return true;
    try {
      process.kill(handle.pid, 0);
      return true;
    } catch (err) {
      return (err as NodeJS.ErrnoException).code === "EPERM";
    }
  }

  async settle(batch: BegunBatch): Promise<Known<Settled>> {
    const known = (life: Settled["life"]) => ({ known: true, value: { life, detail: null } }) as const;
    const host = batch.handle?.host ?? batch.host;
    try {
      // Neither process ids nor locks tell here about another machine. One that only changed its name is this one.
      if (host !== null && host !== hostname() && !(await isSignedHere(batch)))
        return {
          known: false,
          why: `Its worker was started on ${host}, and this is ${hostname()}: only a server on ${host} can tell whether it still runs.`,
        };
      // After a crash before `prepare` the folder is missing, and the probe voids it by its claim. Of a worker that was
      // launched, the folder is hidden or was removed.
      if (host === null) await mkdir(batch.folder, { recursive: true, mode: 0o700 });
      else if (!(await isThere(batch.folder)))
        return {
          known: false,
          why: `The folder ${batch.folder} is not there. If it was removed and nothing of its worker runs any more, an administrator can make it again, empty: its units then count as not started.`,
        };
      if (await isVoid(batch)) return known("never_began");
      const python = await this.#interpreter();
      let probe: ProbeAnswer;
      try {
        probe = await ask(python, batch);
      } catch (err) {
        // A missing or broken interpreter has started nothing, and to make sure that nothing starts takes no interpreter.
        if (!hasTimedOut(err) && (await makeVoid(batch))) return known("never_began");
        throw err;
      }
      if (probe.alive === "held") return known("running");
      if (probe.voided) return known("never_began");
      if (probe.family === "held") {
        await execa(python, [WORKER, "--reap", batch.folder], {
          timeout: SETTLE_TIMEOUT_MS,
          stdin: "ignore",
        });
        const again = await ask(python, batch);
        if (again.family === "held")
          return { known: false, why: "Processes of a dead worker cannot be ended." };
      }
      return known(probe.rebooted ? "machine_died" : "ended");
    } catch (err) {
      return {
        known: false,
        why: `${batch.folder} cannot be looked at: ${(err as Error).message.slice(0, 300)}`,
      };
    }
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

  async cancel(batch: BegunBatch, units: "all" | readonly number[]): Promise<void> {
    // The first line ends a number that a full disk has cut short, and makes it none.
    const lines = ["x", ...(units === "all" ? ["*"] : units)].map((word) => `${word}\n`).join("");
    try {
      await appendFile(path.join(batch.folder, "cancel"), lines, { mode: 0o600 });
    } catch (err) {
      // Without a folder there is no worker, unless one was launched and the folder is hidden.
      if (!isMissing(err) || batch.handle !== null || batch.host !== null) throw err;
    }
  }

  async tidy(batch: BatchFolder): Promise<void> {
    for (const name of ["alive", "family", "cancel", "units.jsonl"])
      await rm(path.join(batch.folder, name), { force: true });
  }
}

async function ask(python: string, batch: BatchFolder): Promise<ProbeAnswer> {
  const { stdout } = await execa(python, [WORKER, "--probe", batch.folder], {
    timeout: SETTLE_TIMEOUT_MS,
    stdin: "ignore",
  });
  return ProbeAnswer.parse(JSON.parse(stdout));
}

/** Was the batch claimed under this start of this machine? */
async function isSignedHere(batch: BatchFolder): Promise<boolean> {
  const [signature, bootId] = await Promise.all(
    [path.join(batch.folder, "alive"), "/proc/sys/kernel/random/boot_id"].map((file) =>
      readFile(file, "utf8").catch(() => ""),
    ),
  );
  return signature !== "" && signature === bootId?.trim();
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (err) {
    if (isMissing(err)) return false;
    throw err;
  }
}

const hasTimedOut = (err: unknown) => err instanceof ExecaError && err.timedOut;

const claimOf = (batch: BatchFolder) => path.join(batch.folder, "claim");
/** The claim of a worker may be written to. So one `mkdir` says both that the folder is claimed and that nothing ran in it. */
const VOID_MODE = 0o500;

/** Makes the claim in the place of a worker. @returns False if a worker has made it. */
async function makeVoid(batch: BatchFolder): Promise<boolean> {
  try {
    await mkdir(claimOf(batch), { mode: VOID_MODE });
    return true;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
    return isVoid(batch);
  }
}

async function isVoid(batch: BatchFolder): Promise<boolean> {
  try {
    return ((await stat(claimOf(batch))).mode & 0o200) === 0;
  } catch (err) {
    if (isMissing(err)) return false;
    throw err;
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
