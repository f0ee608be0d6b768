import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { childEnvironment } from "@/server/environments/commands";

/**
 * pip of an environment of our own, because Debian's Python has none outside of environments.
 *
 * @throws ExecaError with everything that pip printed in `all`.
 */
export async function runPip(
  { dataDir, python, signal }: { dataDir: string; python: string; signal: AbortSignal },
  args: readonly string[],
): Promise<void> {
  const work = path.join(dataDir, "quickstart");
  const venv = path.join(work, "venv");
  const isWhole = path.join(venv, "complete");
  const options = {
    env: childEnvironment(process.env),
    extendEnv: false,
    stdin: "ignore",
    cancelSignal: signal,
    all: true,
  } as const;
  await mkdir(work, { recursive: true });
  if (!existsSync(isWhole)) {
    await execa(python, ["-m", "venv", "--clear", venv], options);
    await writeFile(isWhole, "");
  }
  const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
  await execa(path.join(venv, "bin", "python"), [...pip, ...args], options);
}
