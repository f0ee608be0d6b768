import { execa } from "execa";
import type { CommandEnd } from "@/server/domain/slurm/answers";
import type { RunOptions, Transport } from "./transport";

/** Nothing of ours: SLURM's programs take options from variables, and our secrets are nobody's business. */
const ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8" } as const;
/** What a command may answer. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** Runs commands on this host: as ourselves, or as an account by `sudo -n`, which never asks for a password. */
export class SudoTransport implements Transport {
  /** @param user Of a validated profile; null: ourselves. */
  constructor(private readonly user: string | null) {}

  async run(
    argv: readonly string[],
    { stdin, timeoutMs, isSilent = false, env }: RunOptions,
  ): Promise<CommandEnd> {
    const [file, args] = this.#command(argv);
    const ended = await execa(file, args, {
      ...this.#options(timeoutMs),
      env: { ...ENV, ...env },
      ...(stdin === undefined
        ? { stdin: "ignore" }
        : typeof stdin === "string"
          ? { input: stdin }
          : { stdin }),
      stdout: isSilent ? "ignore" : "pipe",
      maxBuffer: MAX_ANSWER,
      stripFinalNewline: false,
    });
    const said = ended.stderr;
    // What could not be started or was killed has no exit code.
    const couldNotRun = ended.failed && ended.exitCode === undefined;
    return {
      exit: ended.isMaxBuffer ? null : (ended.exitCode ?? null),
      stdout: ended.stdout ?? "",
      stderr: said === "" && couldNotRun ? (ended.shortMessage ?? "") : said,
      isTimedOut: ended.timedOut,
    };
  }

  async readBytes(
    argv: readonly string[],
    { timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number },
  ): Promise<{ bytes: Buffer; end: CommandEnd }> {
    const [file, args] = this.#command(argv);
    const ended = await execa(file, args, {
      ...this.#options(timeoutMs),
      env: ENV,
      stdin: "ignore",
      encoding: "buffer",
      // Of what it says on stderr a line is enough.
      maxBuffer: { stdout: maxBytes, stderr: 64 * 1024 },
      stripFinalNewline: false,
    });
    const end = {
      exit: ended.isMaxBuffer ? 0 : (ended.exitCode ?? null),
      stdout: "",
      stderr: Buffer.from(ended.stderr).toString("utf8"),
      isTimedOut: ended.timedOut,
    };
    return { bytes: Buffer.from(ended.stdout).subarray(0, maxBytes), end };
  }

  #command(argv: readonly string[]): [string, string[]] {
    const [program = "", ...args] = argv;
    return this.user === null ? [program, args] : ["sudo", ["-n", "-u", this.user, "--", program, ...args]];
  }

  /** The working folder is inherited through sudo: one that everybody may be in. */
  #options(timeoutMs: number) {
    return {
      cwd: "/",
      extendEnv: false,
      reject: false,
      timeout: timeoutMs,
      forceKillAfterDelay: 2_000,
    } as const;
  }
}
