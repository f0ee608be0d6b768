/**
 * Where the files that people send lie: `{data folder}/uploads/{upload id}`. While a file is on its way it is
 * called `{upload id}.part`.
 */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export const uploadPath = (dataDir: string, uploadId: string) => path.join(dataDir, "uploads", uploadId);

/** More bytes came than are accepted. */
export class TooLargeError extends Error {}

/**
 * Stream a file to its place, whole or not at all.
 *
 * @param maxBytes Of the file; one more is refused as soon as it comes.
 * @param check    Called with what is in memory anyway: the first bytes. What it throws ends the upload.
 * @throws TooLargeError, what `check` throws, the source's error, or the file system's; nothing is left then.
 */
export async function receiveUpload(
  target: string,
  source: Readable,
  { maxBytes, check }: { maxBytes: number; check: (firstBytes: Buffer) => void },
): Promise<{ bytes: number; sha256: string }> {
  const part = `${target}.part`;
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          if (bytes === 0) check(chunk);
          bytes += chunk.length;
          if (bytes > maxBytes) throw new TooLargeError();
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(part, { flags: "wx", mode: 0o600 }),
    );
    await sync(part);
    await rename(part, target);
  } catch (err) {
    await rm(part, { force: true });
    throw err;
  }
  return { bytes, sha256: hash.digest("hex") };
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whole or on its way. */
export async function removeUpload(dataDir: string, uploadId: string): Promise<void> {
  const target = uploadPath(dataDir, uploadId);
  for (const file of [target, `${target}.part`]) await rm(file, { force: true });
}

/** When the last byte of an upload was written, in ms; null: nothing of it is there. */
export async function lastWriteOf(dataDir: string, uploadId: string): Promise<number | null> {
  const target = uploadPath(dataDir, uploadId);
  const found = (await stat(target).catch(() => null)) ?? (await stat(`${target}.part`).catch(() => null));
  return found && found.mtimeMs;
}

/** What a killed server has left: parts, and files whose row was never written. */
export async function listOldUploads(dataDir: string, olderThanMs: number): Promise<string[]> {
  const folder = path.join(dataDir, "uploads");
  const names = await readdir(folder).catch(() => []);
  const old: string[] = [];
  for (const name of names) {
    const found = await stat(path.join(folder, name)).catch(() => null);
    if (found && found.mtimeMs < Date.now() - olderThanMs) old.push(name);
  }
  return old;
}
