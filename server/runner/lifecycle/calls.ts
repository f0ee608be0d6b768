/** Answers to what a page asks now (architecture §2, Calls): small, bounded, read-only. */
import path from "node:path";
import type { Db } from "@/db/client";
import { isInside } from "@/server/contracts/common";
import { GetUnitLogInput } from "@/server/contracts/job";
import type { UnitLogChunk } from "@/server/contracts/job";
import { PackageQuestion } from "@/server/contracts/task";
import type { PackageAnswer } from "@/server/contracts/task";
import { archiveOf } from "@/server/domain/jobs/archive";
import { findPackage } from "@/server/environments/find-package";
import { errorSentence } from "@/server/platform/error-text";
import { readZipEntry, sizeOfZipEntry } from "@/server/platform/zip";
import type { Executor } from "../executors/executor";
import { loadResource } from "../store/activity";
import type { TakenCall } from "../store/presence";
import { findUnitLog } from "../store/unit";
import type { UnitLogPlace } from "../store/unit";

type Reader = Pick<Executor, "read" | "size">;

export async function answerCall(
  db: Db,
  readerFor: (place: UnitLogPlace) => Reader,
  call: TakenCall,
  signal: AbortSignal,
): Promise<UnitLogChunk | PackageAnswer> {
  switch (call.kind) {
    case "unit_log":
      return readUnitLog(db, readerFor, call.args);
    case "find_package":
      return answerFindPackage(db, call.args, signal);
  }
}

async function answerFindPackage(
  db: Db,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<PackageAnswer> {
  const question = PackageQuestion.parse(args);
  const resource = await loadResource(db, question.resource_id);
  if (!resource) throw new Error(`Resource ${question.resource_id} does not exist.`);
  return findPackage(resource, question, signal);
}

async function readUnitLog(
  db: Db,
  readerFor: (place: UnitLogPlace) => Reader,
  args: Record<string, unknown>,
): Promise<UnitLogChunk> {
  const { unit_id, offset, max_bytes } = GetUnitLogInput.parse(args);
  // A log moves from its own file into logs.txt when the unit ends: on a miss, look again where it is now.
  for (let tries = 0; tries < 3; tries += 1) {
    const place = await findUnitLog(db, unit_id);
    if (!place) throw new Error(`Unit ${unit_id} does not exist.`);
    const reader = fromFolderOrArchive(readerFor(place), place);
    const chunk = await readAt(reader, place, offset, max_bytes);
    if (chunk) return chunk;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const place = await findUnitLog(db, unit_id);
  return missing(place ? await whyGone(place, readerFor(place)) : REMOVED, true);
}

const REMOVED = "The log is not there any more: its folder was removed.";

async function whyGone(place: UnitLogPlace, reader: Reader): Promise<string> {
  const { archived_at, archive_removed_at, working_dir } = place;
  if (archive_removed_at !== null)
    return `The log is not there any more: the archive of its job was removed for its age on ${archive_removed_at.slice(0, 10)}.`;
  if (archived_at === null || working_dir === null) return REMOVED;
  const zip = archiveOf(working_dir);
  return (await reader.size(zip)) === null
    ? `The log is not there any more: the archive of its job, ${zip}, was moved or removed.`
    : `The archive of its job, ${zip}, holds no log of this unit.`;
}

/** In the job's folder, or in the archive that has taken its place. */
const fromFolderOrArchive = (reader: Reader, { working_dir }: UnitLogPlace): Reader => {
  const inArchive = async <T>(file: string, read: (zip: string, name: string) => Promise<T | null>) => {
    if (working_dir === null || !isInside(file, working_dir)) return null;
    const zip = archiveOf(working_dir);
    try {
      return await read(zip, path.relative(working_dir, file));
    } catch (err) {
      throw new Error(`The archive ${zip} cannot be read: ${errorSentence(err)}`, { cause: err });
    }
  };
  return {
    read: async (file, offset, maxBytes) =>
      (await reader.read(file, offset, maxBytes)) ??
      inArchive(file, (zip, name) => readZipEntry(zip, name, offset, maxBytes)),
    size: async (file) => (await reader.size(file)) ?? inArchive(file, sizeOfZipEntry),
  };
};

async function readAt(
  reader: Reader,
  place: UnitLogPlace,
  offset: number,
  maxBytes: number,
): Promise<UnitLogChunk | null> {
  const { folder, n, log_offset, log_bytes } = place;
  const isFinal = place.unit_state !== "pending" && place.unit_state !== "running";
  if (
    folder === null ||
    n === null ||
    place.attempt_state === "planned" ||
    place.attempt_state === "never_started"
  )
    return missing(
      isFinal ? "The unit never started, so it has no log." : "The unit has not started yet.",
      isFinal,
    );
  if (log_offset !== null && log_bytes !== null) {
    const bytes = await reader.read(
      path.join(folder, "logs.txt"),
      log_offset + offset,
      Math.min(maxBytes, log_bytes - offset),
    );
    return bytes && toChunk(bytes, offset, log_bytes, true);
  }
  const file = path.join(folder, `${n}.log`);
  const size = await reader.size(file);
  const bytes = size === null ? null : await reader.read(file, offset, maxBytes);
  return bytes && toChunk(bytes, offset, size ?? 0, isFinal);
}

const missing = (why: string, ended: boolean): UnitLogChunk => ({
  text: "",
  next_offset: 0,
  total_bytes: 0,
  ended,
  missing: why,
});

/** Cut at the last whole character, so that the next piece begins with one. */
function toChunk(bytes: Buffer, offset: number, total: number, isEnded: boolean): UnitLogChunk {
  const isLast = offset + bytes.length >= total;
  const used = isLast && isEnded ? bytes.length : wholeCharacters(bytes);
  return {
    text: bytes.toString("utf8", 0, used).replaceAll("\0", "\ufffd"),
    next_offset: offset + used,
    total_bytes: total,
    ended: isEnded && isLast,
    missing: null,
  };
}

/** Length without a UTF-8 character that is cut off at the end; at most 3 bytes shorter. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
