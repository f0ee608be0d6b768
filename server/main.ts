/** The server: `npm start` (built pages) and `npm run dev` (`--dev`, pages compiled on demand). */
import { DatabaseError } from "@/db/errors";
import { ConfigError, readEnv } from "@/server/platform/env";
import { createLogger } from "@/server/platform/logger";
import { startServer } from "@/server/start";
import type { StartedServer } from "@/server/start";

async function main(): Promise<void> {
  const dev = process.argv.includes("--dev");
  const env = readEnv();
  const log = createLogger({ level: env.LOG_LEVEL, nodeEnv: dev ? "development" : "production" });
  let isEnding = false;
  let server: StartedServer | null = null;
  const end = () => {
    if (isEnding) process.exit(1); // the second signal: do not wait for anything
    isEnding = true;
    // Before it is up there is nothing to hand over but what startServer itself would clean up.
    void server?.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  server = await startServer({ env, log, dev });
  if (isEnding as boolean) await server.stop().then(() => process.exit(0));
}

main().catch((err: unknown) => {
  // Expected: one sentence for the person at the terminal. Anything else is a bug, shown whole.
  const isExpected = err instanceof ConfigError || err instanceof DatabaseError;
  process.stderr.write(`${isExpected ? err.message : err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(1);
});
