/** A real disk so small that a test can fill it. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export class SmallDisk {
  readonly #ballast: string;

  /**
   * @param folder Where it is mounted; exists, and is removed with the disk.
   * @throws Error where the tests may not mount: they do not pass without having been run.
   */
  constructor(
    size: string,
    readonly folder = mkdtempSync(path.join(tmpdir(), "fractal-disk-")),
  ) {
    this.#ballast = path.join(folder, "ballast");
    const { status, stderr } = spawnSync(
      "mount",
      ["-t", "tmpfs", "-o", `size=${size},mode=711`, "tmpfs", this.folder],
      { encoding: "utf8" },
    );
    if (status !== 0)
      throw new Error(`tests of full disks need root and the right to mount a tmpfs: ${stderr.trim()}`);
  }

  /** Until not one byte is free. */
  fill(): void {
    const fd = openSync(this.#ballast, "a");
    try {
      for (let size = 2 ** 20; size > 0;) {
        try {
          if (writeSync(fd, Buffer.alloc(size)) < size) size = Math.floor(size / 2);
        } catch (err) {
          if ((err as NodeJS.ErrnoException).code !== "ENOSPC") throw err;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(fd);
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast, { force: true });
  }

  remove(): void {
    spawnSync("umount", ["-l", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
