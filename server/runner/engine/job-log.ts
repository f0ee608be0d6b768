import { access, appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "@/server/platform/logger";

/** `workflow.log` in the job folder: what the driver did, for people. A full disk or a removed folder never stops a job. */
export class JobLog {
  readonly #file: string;

  constructor(
    workingDir: string,
    private readonly name: string,
    private readonly log: Pick<Logger, "warn">,
  ) {
    this.#file = path.join(workingDir, "workflow.log");
  }

  async write(message: string, level: "INFO" | "ERROR" | "WARNING" = "INFO"): Promise<void> {
    const time = new Date().toISOString().replace("T", " ").replace("Z", "");
    try {
      await appendFile(this.#file, `${time} - ${this.name} - ${level} - ${message}\n`);
    } catch (err) {
      this.log.warn({ err, message }, "the job log cannot be written");
    }
  }

  async exists(): Promise<boolean> {
    return access(this.#file).then(
      () => true,
      () => false,
    );
  }

  async read(): Promise<string> {
    try {
      return await readFile(this.#file, "utf8");
    } catch (err) {
      return `The log of this job cannot be read: ${(err as Error).message}`;
    }
  }
}
