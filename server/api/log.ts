import { createLogger } from "@/server/platform/logger";
import type { Logger } from "@/server/platform/logger";

// Next loads its own copy of every module; one transport per process is enough.
const shared = globalThis as { fractalWebLog?: Logger };

export function webLog(): Logger {
  const level = process.env["LOG_LEVEL"];
  shared.fractalWebLog ??= createLogger({
    nodeEnv: process.env.NODE_ENV,
    ...(level ? { level } : {}),
    // pino-pretty runs in a worker thread, which bundled code cannot start.
    isTty: false,
  }).child({ part: "web" });
  return shared.fractalWebLog;
}
