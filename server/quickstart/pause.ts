import { setTimeout } from "node:timers/promises";

/** @throws what `signal` was aborted with. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch((err: unknown) => {
    signal.throwIfAborted();
    throw err;
  });
}
