import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readSbatch } from "@/server/domain/slurm/answers";
import type { CommandEnd } from "@/server/domain/slurm/answers";
import { batchScript, jobName, sbatchOptions } from "@/server/domain/slurm/script";
import type { Transport } from "../transports/transport";
import { NoAnswerError } from "./executor";
import type { BatchContent, BatchFolder, BatchHandle, Executor, Known, Launch, Settled } from "./executor";
import type { ElementState, SlurmPoller } from "./slurm-poller";

const WORKER = fileURLToPath(new URL("../worker/worker.py", import.meta.url));
const TIMEOUT_MS = 60_000;
/** sbatch may wait two minutes for room in the queue, and one that we killed has usually submitted. */
const SBATCH_TIMEOUT_MS = 150_000;
/** So long after a doubtful sbatch its job would be in the queue or in the accounting. */
const DOUBT_MS = 15_000;
/** Running elements read the `cancel` file; those that do not obey are cancelled by the scheduler. */
const OBEY_MS = 20_000;
const PATHS_PER_COMMAND = 500;

export type SlurmOptions = {
  kind: "slurm_sudo" | "slurm_ssh";
  /** Runs commands as the user of the profile. */
  transport: Transport;
  /** Its account. */
  user: string;
  /** Of the resource, shared by all its jobs. */
  poller: SlurmPoller;
  intervalMs: number;
  /** On the nodes. */
  python: string;
  /** Variable → path below the cache folder. */
  exports: Readonly<Record<string, string>>;
  /** Results that come after the end of their job are waited for so long (engine specification §7). */
  quietMs?: number;
};

/** Runs batches as the elements of SLURM arrays. One for each job of ours. */
export class SlurmExecutor implements Executor {
  readonly kind;
  readonly #quietMs: number;
  /** Size of each results file when it was last looked at; null: not there. */
  readonly #sizes = new Map<string, number | null>();
  #sizesAt = -Infinity;
  #sizesWhy: string | null = null;
  readonly #doubts = new Map<string, { since: number; lookedAt: number; why: string }>();
  readonly #quiet = new Map<number, { size: number | null; since: number }>();
  readonly #cancelled = new Map<number, { at: number; isForced: boolean }>();
  #hasWorker = new Set<string>();

  constructor(private readonly options: SlurmOptions) {
    this.kind = options.kind;
    this.#quietMs = options.quietMs ?? 60_000;
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#must(["mkdir", "-p", "--", folder]);
  }

  async prepare(batch: BatchFolder, { header, units }: BatchContent): Promise<void> {
    await this.#must(["mkdir", "-p", "-m", "700", "--", batch.folder]);
    async function* lines() {
      yield `${JSON.stringify(header)}\n`;
      for await (const some of units) yield some.map((unit) => `${JSON.stringify(unit)}\n`).join("");
    }
    await this.#write(path.join(batch.folder, "units.jsonl"), lines());
  }

  async launch(launch: Launch): Promise<Known<BatchHandle>> {
    const { python, exports, transport } = this.options;
    const { slurm, slots, folder, cacheDir, tag } = launch;
    if (slurm === null) throw new Error("a launch without what a unit asks SLURM for");
    // Beside the task folders, once per job.
    const worker = path.join(path.dirname(path.dirname(folder)), "worker.py");
    if (!this.#hasWorker.has(worker)) await this.#write(worker, await readFile(WORKER, "utf8"));
    this.#hasWorker.add(worker);
    const script = batchScript({ config: slurm, slots, exports, cacheDir, python, worker, folder });
    const indices = launch.batches.map(({ k }) => k);
    const argv = ["sbatch", ...sbatchOptions(indices, jobName(launch.title, tag), folder)];
    const outcome = readSbatch(await transport.run(argv, { stdin: script, timeoutMs: SBATCH_TIMEOUT_MS }));
    switch (outcome.kind) {
      case "submitted":
        return { known: true, value: { job: outcome.job } };
      case "refused":
        throw new Error(outcome.why);
      case "not_now":
      case "unknown":
        return { known: false, why: outcome.why };
    }
  }

  async findLaunched({ tag, title }: Launch): Promise<Known<{ handle: BatchHandle } | null>> {
    const { poller, intervalMs, user } = this.options;
    const now = performance.now();
    poller.follow(user);
    const doubt = this.#doubts.get(tag) ?? { since: now, lookedAt: -Infinity, why: "" };
    if (now - doubt.lookedAt < intervalMs) return { known: false, why: doubt.why };
    const found = await poller.findTag(tag, jobName(title, tag));
    if (!found.known) {
      this.#doubts.set(tag, { ...doubt, lookedAt: performance.now(), why: found.why });
      return found;
    }
    const [job, ...doubled] = found.value;
    if (job === undefined && performance.now() - doubt.since < DOUBT_MS) {
      const why = "It is not known yet whether SLURM has the job.";
      this.#doubts.set(tag, { ...doubt, lookedAt: performance.now(), why });
      return { known: false, why };
    }
    this.#doubts.delete(tag);
    // What runs of a doubled array finds the claim of the other, and ends by itself; so does what is not cancelled here.
    for (const later of doubled)
      await this.options.transport.run(["scancel", "--state=PENDING", String(later)], {
        timeoutMs: TIMEOUT_MS,
      });
    return { known: true, value: job === undefined ? null : { handle: { job } } };
  }

  async look(batches: readonly BatchFolder[]): Promise<void> {
    if (batches.length === 0) return;
    const { poller, intervalMs, user } = this.options;
    poller.follow(user);
    await poller.refresh();
    await this.#forceCancelled(batches);
    if (performance.now() - this.#sizesAt < intervalMs) return;
    try {
      await this.#lookAtSizes(batches.map(resultsOf));
      this.#sizesWhy = null;
    } catch (err) {
      if (!(err instanceof NoAnswerError)) throw err;
      this.#sizesWhy = err.message;
    }
    this.#sizesAt = performance.now();
  }

  mayLive(batch: BatchFolder): boolean {
    const state = this.#stateOf(batch);
    return state === null || state.kind === "live" || (state.kind === "unknown" && !state.isMissing);
  }

  async settle(batch: BatchFolder): Promise<Known<Settled>> {
    try {
      const state = this.#stateOf(batch) ?? (await this.#stateWithoutHandle(batch));
      if (state.kind === "unknown") return { known: false, why: state.why };
      if (state.kind === "live") return { known: true, value: { life: "running", detail: null } };
      const { detail } = state;
      if (await this.#claim(batch)) return { known: true, value: { life: "never_began", detail } };
      if (!(await this.#isQuiet(batch)))
        return {
          known: false,
          why: `${detail ?? "It has ended."} Results that may still come are waited for.`,
        };
      const isNodeLost = state.state === "NODE_FAIL" || state.state === "BOOT_FAIL";
      return { known: true, value: { life: isNodeLost ? "machine_died" : "ended", detail } };
    } catch (err) {
      return { known: false, why: err instanceof Error ? err.message : String(err) };
    }
  }

  async read(file: string, offset: number, maxBytes: number): Promise<Buffer | null> {
    if (this.#sizes.has(file)) {
      if (this.#sizesWhy !== null) throw new NoAnswerError(this.#sizesWhy);
      const size = this.#sizes.get(file) ?? null;
      if (size === null) return null;
      if (size <= offset) return Buffer.alloc(0);
    }
    const { bytes, end } = await this.options.transport.readBytes(
      ["tail", "-c", `+${offset + 1}`, "--", file],
      {
        timeoutMs: TIMEOUT_MS,
        maxBytes,
      },
    );
    if (end.exit === 0 && !end.isTimedOut) return bytes;
    if (isMissing(end)) return null;
    throw noAnswer(end);
  }

  async size(file: string): Promise<number | null> {
    const end = await this.options.transport.run(["stat", "-L", "-c", "%s", "--", file], {
      timeoutMs: TIMEOUT_MS,
    });
    if (isMissing(end)) return null;
    if (end.exit !== 0 || end.stderr !== "" || !/^\d+\n$/.test(end.stdout)) throw noAnswer(end);
    return Number(end.stdout);
  }

  async cancel(batch: BatchFolder, units: "all" | readonly number[]): Promise<void> {
    const lines = ["x", ...(units === "all" ? ["*"] : units)].map((word) => `${word}\n`).join("");
    const file = path.join(batch.folder, "cancel");
    const end = await this.options.transport.run(["tee", "-a", "--", file], {
      ...{ stdin: lines, timeoutMs: TIMEOUT_MS, isSilent: true },
    });
    // Without a folder there is no worker.
    if (end.exit !== 0 && !isMissing(end)) throw noAnswer(end);
    const job = batch.handle?.job;
    if (units !== "all" || job === undefined || this.#cancelled.has(job)) return;
    await this.#must(["scancel", "--state=PENDING", String(job)]);
    this.#cancelled.set(job, { at: performance.now(), isForced: false });
  }

  async tidy(batch: BatchFolder): Promise<void> {
    const names = ["cancel", "units.jsonl"].map((name) => path.join(batch.folder, name));
    await this.#must(["rm", "-f", "--", ...names]);
    this.#sizes.delete(resultsOf(batch));
    this.#quiet.delete(batch.id);
  }

  #stateOf({ tag, k, handle }: BatchFolder): ElementState | null {
    return handle?.job === undefined ? null : this.options.poller.stateOf(tag, k, handle.job);
  }

  /**
   * No array is known to have this batch. Who makes the claim of its folder first decides: an array that comes later
   * finds the claim and ends by itself.
   */
  async #stateWithoutHandle({
    tag,
    k,
    folder,
  }: BatchFolder): Promise<ElementState | { kind: "ended"; state: string; detail: null }> {
    const { poller } = this.options;
    if ((await this.size(path.join(folder, "claim"))) === null)
      return { kind: "ended", state: "", detail: null };
    // Claimed: by us before we died, or by an array that nobody knew of.
    const found = await poller.findTag(tag, null);
    if (!found.known) return { kind: "unknown", why: found.why, isMissing: false };
    const [job] = found.value;
    return job === undefined ? { kind: "ended", state: "", detail: null } : poller.stateOf(tag, k, job);
  }

  /** @returns True if this call has made the claim: nothing ever ran in the folder, nor will. */
  async #claim({ folder }: BatchFolder): Promise<boolean> {
    const { transport } = this.options;
    await this.#must(["mkdir", "-p", "-m", "700", "--", folder]);
    const claim = ["mkdir", "-m", "700", "--", path.join(folder, "claim")];
    const end = await transport.run(claim, { timeoutMs: TIMEOUT_MS });
    if (end.exit === 0) return true;
    if (end.stderr.includes("File exists")) return false;
    throw noAnswer(end);
  }

  /** Results of a network disk may be seen late: two looks without growth. */
  async #isQuiet(batch: BatchFolder): Promise<boolean> {
    const file = resultsOf(batch);
    const size = await this.size(file);
    this.#sizes.set(file, size);
    const seen = this.#quiet.get(batch.id);
    if (seen?.size === size && size === seen.size) return performance.now() - seen.since >= this.#quietMs;
    this.#quiet.set(batch.id, { size, since: performance.now() });
    return false;
  }

  async #lookAtSizes(files: readonly string[]): Promise<void> {
    for (let from = 0; from < files.length; from += PATHS_PER_COMMAND) {
      const some = files.slice(from, from + PATHS_PER_COMMAND);
      const argv = ["stat", "-L", "-c", "%s %n", "--", ...some];
      const end = await this.options.transport.run(argv, { timeoutMs: TIMEOUT_MS });
      const isOtherTrouble = end.stderr.split("\n").some((line) => line !== "" && !line.includes(MISSING));
      if (end.isTimedOut || end.exit === null || isOtherTrouble) throw noAnswer(end);
      const found = new Map(
        end.stdout.split("\n").flatMap((line) => {
          const [, size, name] = /^(\d+) (.+)$/.exec(line) ?? [];
          return name === undefined ? [] : [[name, Number(size)] as const];
        }),
      );
      for (const file of some) this.#sizes.set(file, found.get(file) ?? null);
    }
  }

  async #forceCancelled(batches: readonly BatchFolder[]): Promise<void> {
    for (const [job, cancelled] of this.#cancelled) {
      if (cancelled.isForced || performance.now() - cancelled.at < OBEY_MS) continue;
      const isLive = batches.some(
        (batch) => batch.handle?.job === job && this.#stateOf(batch)?.kind === "live",
      );
      if (!isLive) continue;
      const end = await this.options.transport.run(["scancel", String(job)], { timeoutMs: TIMEOUT_MS });
      cancelled.isForced = end.exit === 0;
    }
  }

  /** Whoever looks sees the old file or the whole new one. */
  async #write(file: string, content: string | AsyncIterable<string>): Promise<void> {
    const draft = `${file}.tmp`;
    await this.#must(["tee", "--", draft], content);
    await this.#must(["mv", "-f", "-T", "--", draft, file]);
  }

  /** @throws Error with what the command said: it was not done. NoAnswerError if it said nothing. */
  async #must(argv: readonly string[], stdin?: string | AsyncIterable<string>): Promise<void> {
    const end = await this.options.transport.run(argv, {
      ...{ timeoutMs: TIMEOUT_MS, isSilent: true },
      ...(stdin !== undefined && { stdin }),
    });
    if (end.exit === 0) return;
    const isRefusal = end.exit !== null && !end.isTimedOut && end.stderr.trim() !== "";
    const problem = noAnswer(end, argv[0]);
    throw isRefusal ? new Error(problem.message) : problem;
  }
}

const resultsOf = ({ folder }: BatchFolder) => path.join(folder, "results.jsonl");
const MISSING = "No such file or directory";
const isMissing = ({ exit, stderr, isTimedOut }: CommandEnd) =>
  exit === 1 && !isTimedOut && stderr.includes(MISSING);

function noAnswer({ exit, stderr, isTimedOut }: CommandEnd, program?: string): NoAnswerError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const how = isTimedOut ? "did not answer in time" : said || `ended with ${exit ?? "a signal"}`;
  return new NoAnswerError(program === undefined ? how : `${program}: ${how}`);
}
