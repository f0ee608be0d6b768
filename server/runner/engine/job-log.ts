import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";

/** `workflow.log` in the job folder: what the driver did, for people. */
export class JobLog {
  readonly #file: string;

  constructor(
    workingDir: string,
    private readonly name: string,
  ) {
    this.#file = path.join(workingDir, "workflow.log");
  }

  async write(message: string, level: "INFO" | "ERROR" | "WARNING" = "INFO"): Promise<void> {
    const time = new Date().toISOString().replace("T", " ").replace("Z", "");
    await appendFile(this.#file, `${time} - ${this.name} - ${level} - ${message}\n`);
  }

  read(): Promise<string> {
    return readFile(this.#file, "utf8");
  }
}
