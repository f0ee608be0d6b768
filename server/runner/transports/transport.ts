/** How a command is run somewhere. No retry, no meaning: who asks knows what an answer is worth. */
import type { CommandEnd } from "@/server/domain/slurm/answers";

export type RunOptions = {
  stdin?: string | AsyncIterable<string>;
  timeoutMs: number;
  /** What it writes to stdout is of no interest. */
  isSilent?: boolean;
  /** Beside PATH and HOME. */
  env?: Readonly<Record<string, string>>;
};

export interface Transport {
  /** @returns How it ended, whatever that is; never rejects for what the command did. */
  run(argv: readonly string[], options: RunOptions): Promise<CommandEnd>;
  /** As `run`, with at most `maxBytes` of what it writes, as bytes; the command is ended when it writes more. */
  readBytes(
    argv: readonly string[],
    options: { timeoutMs: number; maxBytes: number },
  ): Promise<{ bytes: Buffer; end: CommandEnd }>;
}
