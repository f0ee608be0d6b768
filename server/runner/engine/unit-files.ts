/** What a unit leaves beside its line in the results: its log, and its output if that is large. */
import path from "node:path";
import { errorSentence } from "@/server/platform/error-text";
import { NoAnswerError } from "../executors/executor";
import type { EngineContext } from "./context";
import { toUnknown } from "./unknown";
import type { UnknownError } from "./unknown";

/** Of a file that cannot be read although the results can: some fifteen seconds. */
const MAX_TURNS = 6;
const LOG_TAIL_BYTES = 8 * 1024;

/** Reads in one turn of one batch. What cannot be read is tried again; after that it costs its unit, and not the others. */
export class UnitFiles {
  readonly #failed = new Map<string, unknown>();

  /** @param failedTurns Turns in which a file could not be read, by its name. */
  constructor(
    private readonly ctx: Pick<EngineContext, "executor" | "log">,
    private readonly folder: string,
    private readonly failedTurns = new Map<string, number>(),
  ) {}

  /** @returns `bytes` is null if the file does not exist. */
  async read(
    name: string,
    offset: number,
    maxBytes: number,
  ): Promise<{ ok: true; bytes: Buffer | null } | { ok: false; why: string }> {
    try {
      const bytes = await this.ctx.executor.read(path.join(this.folder, name), offset, maxBytes);
      return { ok: true, bytes };
    } catch (err) {
      this.#failed.set(name, err);
      return { ok: false, why: errorSentence(err) };
    }
  }

  /** The end of a finished log as text; empty if it cannot be read, because the cause is known without it. */
  async readLogTail([offset, length]: readonly [number, number], maxBytes = LOG_TAIL_BYTES): Promise<string> {
    const from = offset + Math.max(0, length - maxBytes);
    const read = await this.read("logs.txt", from, Math.min(length, maxBytes));
    return read.ok ? (read.bytes?.toString("utf8") ?? "") : "";
  }

  /** @throws UnknownError if something could not be read that is worth another turn. */
  endTurn(): void {
    let again: UnknownError | null = null;
    for (const [name, err] of this.#failed) {
      // A place that cannot be reached says nothing about this file.
      const turns = err instanceof NoAnswerError ? 0 : (this.failedTurns.get(name) ?? 0) + 1;
      this.failedTurns.set(name, turns);
      if (turns < MAX_TURNS) again ??= toUnknown(`${path.join(this.folder, name)} cannot be read`, err);
      else this.ctx.log.warn({ err, folder: this.folder, name }, "a file of a unit stays unreadable");
    }
    if (again) throw again;
  }
}
