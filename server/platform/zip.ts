/** Zip archives of folders: written and checked as streams, read entry by entry through their own directory. */
import { constants, createReadStream, createWriteStream } from "node:fs";
import type { ReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { openPromise } from "yauzl";
import type { Entry, ZipFile as OpenedZip } from "yauzl";
import { ZipFile } from "yazl";
import type { TreeEntry } from "./file-tree";

/** Links that a folder holds are kept as links; opening one never leads elsewhere, nor waits for a pipe's writer. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type ZipChoices = {
  /** Kept as it is, not compressed: then any part of it can be read without what comes before. */
  readonly isStored: (entry: TreeEntry & { kind: "file" }) => boolean;
  readonly signal: AbortSignal;
};

/**
 * Write `entries` of `folder`, in this order, into a new file that survives a loss of power once this resolves.
 *
 * @throws if a file has not the size that its entry says, and any error of the file system.
 */
export async function writeZip(
  folder: string,
  entries: readonly TreeEntry[],
  target: string,
  { isStored, signal }: ZipChoices,
): Promise<void> {
  const zip = new ZipFile();
  const output = zip.outputStream as NodeJS.ReadableStream & { destroy(err: Error): void };
  let source: ReadStream | null = null;
  const fail = (err: Error) => {
    output.destroy(err);
  };
  zip.on("error", fail);
  for (const entry of entries) {
    const { mode, modified: mtime } = entry;
    const name = nameInZip(entry);
    if (entry.kind === "folder") zip.addEmptyDirectory(name, { mode, mtime });
    else if (entry.kind === "link")
      zip.addBuffer(Buffer.from(entry.target), name, { mode, mtime, compress: false });
    else
      zip.addReadStreamLazy(
        name,
        { mode, mtime, size: entry.size, compress: entry.size > 0 && !isStored(entry) },
        (callback) => {
          // The type knows only texts such as "r"; numbers go to open(2) as they are.
          source = createReadStream(path.join(folder, entry.name), {
            flags: READ_FLAGS as unknown as string,
          });
          source.on("error", fail);
          callback(null, source);
        },
      );
  }
  zip.end();
  try {
    // `flush`: on the disk before it is closed.
    await pipeline(output, createWriteStream(target, { flags: "wx", mode: 0o600, flush: true }), { signal });
  } finally {
    // After an error the library leaves open what it was reading.
    (source as ReadStream | null)?.destroy();
  }
}

/**
 * Read the whole archive and compare its checksums.
 *
 * @param entries All of them must be in the archive, with their kind and size. It may hold more, unless `exactly`.
 * @throws Error with what is wrong.
 */
export async function checkZip(
  file: string,
  entries: readonly TreeEntry[],
  { exactly, signal }: { exactly: boolean; signal: AbortSignal },
): Promise<void> {
  const expected = new Map(entries.map((entry) => [nameInZip(entry), entry]));
  const zip = await openZip(file);
  try {
    for await (const found of zip.eachEntry()) {
      signal.throwIfAborted();
      const entry = expected.get(found.fileName);
      if (!entry && exactly) throw new Error(`${file} holds ${found.fileName}, which the folder does not.`);
      if (entry && sizeInZip(entry) !== found.uncompressedSize)
        throw new Error(`${found.fileName} has ${found.uncompressedSize} bytes in ${file}.`);
      if ((await checksum(zip, found)) !== found.crc32)
        throw new Error(`${found.fileName} cannot be read back from ${file}: its checksum is wrong.`);
      expected.delete(found.fileName);
    }
  } finally {
    zip.close();
  }
  const [missing] = expected.keys();
  if (missing !== undefined) throw new Error(`${missing} is not in ${file}.`);
}

/**
 * A part of one file of an archive. A stored file is read from `offset` on; a compressed one from its beginning,
 * without keeping what comes before.
 *
 * @returns At most `maxBytes`; null if there is no such archive or entry.
 */
export async function readZipEntry(
  file: string,
  name: string,
  offset: number,
  maxBytes: number,
): Promise<Buffer | null> {
  const zip = await openZip(file).catch(nullIfMissing);
  if (!zip) return null;
  try {
    const entry = await findEntry(zip, zipName(name));
    if (!entry) return null;
    const wanted = Math.max(0, Math.min(maxBytes, entry.uncompressedSize - offset));
    if (wanted === 0) return Buffer.alloc(0);
    const isStored = entry.compressionMethod === 0;
    const range = isStored ? { start: offset, end: offset + wanted, decodeFileData: false } : {};
    const stream = await zip.openReadStreamPromise(entry, range);
    const parts: Buffer[] = [];
    let at = isStored ? offset : 0;
    for await (const part of stream as AsyncIterable<Buffer>) {
      // Leaving the loop closes the stream.
      const kept = part.subarray(Math.max(0, offset - at), offset + wanted - at);
      at += part.length;
      if (kept.length > 0) parts.push(kept);
      if (at >= offset + wanted) break;
    }
    return Buffer.concat(parts);
  } finally {
    zip.close();
  }
}

/** Bytes of a file in an archive; null if there is no such archive or entry. */
export async function sizeOfZipEntry(file: string, name: string): Promise<number | null> {
  const zip = await openZip(file).catch(nullIfMissing);
  if (!zip) return null;
  try {
    return (await findEntry(zip, zipName(name)))?.uncompressedSize ?? null;
  } finally {
    zip.close();
  }
}

// Its streams keep the file open until they have ended, also after `close`.
const openZip = (file: string) => openPromise(file, { autoClose: false, strictFileNames: true });

const nameInZip = (entry: TreeEntry) =>
  entry.kind === "folder" ? `${zipName(entry.name)}/` : zipName(entry.name);

/** A zip takes `\\` for a separator and `C:` at the beginning for a disk; a file here may be called so. */
const zipName = (name: string) => name.replaceAll("\\", "%5C").replace(/^([a-zA-Z]):/, "$1%3A");

function sizeInZip(entry: TreeEntry): number {
  if (entry.kind === "folder") return 0;
  return entry.kind === "file" ? entry.size : Buffer.byteLength(entry.target);
}

async function findEntry(zip: OpenedZip, name: string): Promise<Entry | null> {
  for await (const entry of zip.eachEntry()) if (entry.fileName === name) return entry;
  return null;
}

async function checksum(zip: OpenedZip, entry: Entry): Promise<number> {
  let sum = 0;
  const stream = await zip.openReadStreamPromise(entry);
  for await (const part of stream as AsyncIterable<Buffer>) sum = crc32(part, sum);
  return sum;
}

function nullIfMissing(err: unknown): null {
  if (err instanceof Error && "code" in err && (err.code === "ENOENT" || err.code === "ENOTDIR")) return null;
  throw err;
}
