import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@/server/platform/env";

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "it exists and is not a folder",
  // What a recursive mkdir reports where it may not make the first folder.
  ENOENT: "a folder above it is missing and cannot be made",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ELOOP: "its symbolic links go in a circle",
  ENAMETOOLONG: "the path is too long",
};

/**
 * Makes the folder and proves that it can be written, by writing: mode bits say nothing to root or on a
 * read-only mount. An existing folder keeps its mode.
 *
 * @param path Absolute. As root the new folder can be passed through but not listed (0711), because the
 *   embedded PostgreSQL runs as another account below it; otherwise it is ours alone (0700).
 * @throws ConfigError with one sentence that names the folder and the reason.
 */
export function ensureDataDir(path: string): void {
  const probe = join(path, `.write-probe-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    // chmod, because mkdir's own mode is cut by the umask.
    if (mkdirSync(path, { recursive: true })) chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    // Bytes, not only a name: a full disk still creates empty files.
    writeFileSync(probe, Buffer.alloc(4096, 1), { flag: "wx", flush: true });
    rmSync(probe);
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") rmSync(probe, { force: true });
    const reason = (code && REASONS[code]) ?? message;
    throw new ConfigError(
      `Cannot write to the data folder ${path}: ${reason}. Set FRACTAL_DATA_DIR to a folder that can be written.`,
      { cause: err },
    );
  }
}

/**
 * A secret that is made once and kept: 32 random bytes as 64 hexadecimal digits, in a file only we can read.
 *
 * @param name File name below `dataDir`, for example `nextauth-secret`.
 * @returns The same value for every process and every start.
 * @throws ConfigError if the file is empty or cut: using it would sign sessions with a guessable key.
 */
export function ensureSecret(dataDir: string, name: string): string {
  const path = join(dataDir, name);
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    return readSecret(path);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "ENOENT") throw err;
  }
  try {
    // Written aside, then linked: of two processes one wins, and nobody reads half a secret.
    writeFileSync(draft, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx", flush: true });
    linkSync(draft, path);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
  } finally {
    rmSync(draft, { force: true });
  }
  return readSecret(path);
}

function readSecret(path: string): string {
  const secret = readFileSync(path, "utf8").trim();
  if (secret.length >= 32) return secret;
  throw new ConfigError(`The secret in ${path} is cut short; delete the file to make a new one.`);
}
