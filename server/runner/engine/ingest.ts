/** From `results.jsonl` to rows (engine specification §8). */
import { createHash } from "node:crypto";
import path from "node:path";
import type { Cause } from "@/server/contracts/job";
import { parseTaskOutput } from "@/server/domain/images/output";
import { badOutput, causeOf } from "@/server/domain/jobs/cause";
import { parseResultLine } from "@/server/domain/jobs/protocol";
import { storableText } from "@/server/domain/jobs/storable";
import type { EndLine } from "@/server/domain/jobs/protocol";
import type { OpenBatch } from "../store/batch";
import { storeResults } from "../store/unit";
import type { BatchUnits, EndedUnit, StartedUnit } from "../store/unit";
import { write } from "./context";
import type { EngineContext } from "./context";
import { UnitFiles } from "./unit-files";
import { toUnknown } from "./unknown";

/** One turn: some thousand lines. Reading them keeps everything else in this process waiting, the web included. */
const MAX_BYTES = 1024 * 1024;
/** Outputs in files that one turn holds in memory, beside the lines. */
const MAX_OUTPUT_BYTES_PER_TURN = 16 * 1024 * 1024;
/** Read whole and checked in our own memory; a list of 100,000 images is a third of it. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

export type IngestState = {
  /** Where to read on; always at a line end. */
  offset: number;
  hasBegun: boolean;
  hasExited: boolean;
  /** Turns in which an output or a log could not be read, by file. */
  failedTurns: Map<string, number>;
};

/**
 * Store what is new in a batch's results.
 *
 * @param units     Numbers that the lines may name, from `listBatchUnits`.
 * @param isStopAsked Whether a person wants this unit stopped. If not, and the worker cancelled it, it was interrupted.
 * @returns Whether anything was new; more may be waiting.
 * @throws UnknownError if something cannot be read; nothing was stored then.
 */
export async function ingest(
  ctx: EngineContext,
  batch: OpenBatch,
  state: IngestState,
  units: BatchUnits,
  isStopAsked: (unitId: number) => boolean,
): Promise<boolean> {
  const bytes = await ctx.executor
    .read(path.join(batch.folder, "results.jsonl"), state.offset, MAX_BYTES)
    .catch((err: unknown) => {
      throw toUnknown(`The results in ${batch.folder} cannot be read`, err);
    });
  if (!bytes) return false;
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  // No line is so long: it is skipped in pieces, or it would hide everything behind it.
  const end = whole === 0 && bytes.length === MAX_BYTES ? MAX_BYTES : whole;
  if (end === 0) return false;

  const starts: StartedUnit[] = [];
  const ends = new Map<number, EndLine>();
  let beginHost: string | null = null;
  let exitReason: string | null = null;
  let badLines = 0;
  let used = 0;
  let outputBytes = 0;
  for (const { text, to } of decodeLines(bytes.subarray(0, end))) {
    if (outputBytes > MAX_OUTPUT_BYTES_PER_TURN) break;
    used = to;
    const parsed = text === null ? ({ ok: false, why: "not UTF-8" } as const) : parseResultLine(text);
    if (!parsed.ok) {
      badLines += 1;
      ctx.log.warn({ batch: batch.id, why: parsed.why }, "a line of results.jsonl was skipped");
      continue;
    }
    const { line } = parsed;
    if (line.e === "begin") beginHost = storableText(line.host);
    else if (line.e === "exit") exitReason = line.reason;
    else if (!units.has(line.n) || (line.e === "end" && ends.has(line.n)))
      // A second end of a unit whose first came in an earlier turn is found when it is stored.
      badLines += 1;
    else if (line.e === "start") starts.push({ n: line.n, t: line.t });
    else {
      ends.set(line.n, line);
      outputBytes += line.out_bytes ?? 0;
    }
  }

  const ended: EndedUnit[] = [];
  const files = new UnitFiles(ctx, batch.folder, state.failedTurns);
  for (const line of ends.values()) {
    const unit = units.get(line.n);
    ended.push({
      ...(await judge(batch, files, line, unit?.isInit ?? false)),
      isInterruption: line.reason === "cancelled" && !(unit && isStopAsked(unit.unitId)),
    });
  }
  files.endTurn();
  const newOffset = state.offset + used;
  await write(ctx, (tx) =>
    storeResults(tx, batch, { starts, ends: ended, beginHost, exitReason, badLines, newOffset }),
  );
  state.offset = newOffset;
  state.hasBegun ||= beginHost !== null;
  state.hasExited ||= exitReason !== null;
  return true;
}

/** One entry per line, `to` being where the next one begins; `text` is null where a line is not UTF-8. */
function* decodeLines(bytes: Buffer): Generator<{ text: string | null; to: number }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from);
    const line = bytes.subarray(from, newline === -1 ? bytes.length : newline);
    const to = newline === -1 ? bytes.length : newline + 1;
    let text: string | null = null;
    try {
      text = decoder.decode(line);
    } catch {
      // Said by the null.
    }
    yield { text, to };
    from = to;
  }
}

/** Decide from an end line, its output and its log whether the unit is done. */
async function judge(
  batch: OpenBatch,
  files: UnitFiles,
  line: EndLine,
  isInit: boolean,
): Promise<Omit<EndedUnit, "isInterruption">> {
  const isClean = line.exit === 0 && line.reason === null;
  const cause = isClean
    ? null
    : causeOf({
        exit: line.exit,
        signal: line.signal,
        reason: line.reason,
        detail: line.detail,
        wallSeconds: line.wall_s,
        peakMb: line.peak_mb,
        memMb: batch.mem_mb,
        logTail: await files.readLogTail(line.log),
      });
  if (cause) return { line, cause, output: null };
  const output = await readOutput(files, line);
  if (!output.ok) return { line, cause: output.cause, output: null };
  // The worker has checked and rewritten the output of an init call already.
  if (isInit || output.value === null) return { line, cause: null, output: output.value };
  const parsed = parseTaskOutput(output.value);
  return parsed.ok
    ? { line, cause: null, output: parsed.output }
    : { line, cause: badOutput(parsed.why), output: null };
}

async function readOutput(
  files: UnitFiles,
  line: EndLine,
): Promise<{ ok: true; value: unknown } | { ok: false; cause: Cause }> {
  if (line.out_file === undefined) return { ok: true, value: line.out ?? null };
  const size = line.out_bytes ?? 0;
  if (size > MAX_OUTPUT_BYTES)
    return {
      ok: false,
      cause: badOutput(`It has ${Math.ceil(size / 2 ** 20)} MB; one call may return 64 MB.`),
    };
  const read = await files.read(line.out_file, 0, size);
  if (!read.ok)
    return { ok: false, cause: badOutput(`The file ${line.out_file} cannot be read: ${read.why}`) };
  const { bytes } = read;
  const isWhole = bytes && createHash("sha256").update(bytes).digest("hex") === line.out_sha256;
  if (!isWhole)
    return { ok: false, cause: badOutput(`The file ${line.out_file} is missing or was changed.`) };
  return { ok: true, value: JSON.parse(bytes.toString("utf8")) };
}
