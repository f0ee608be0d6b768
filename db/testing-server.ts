import { chmodSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { startEmbedded, type EmbeddedServer } from "@/db/embedded";
import { dropLeftovers } from "@/db/testing";

/*
 * vitest's global set-up: one PostgreSQL for all test files of a run. Runs that overlap share it, and the
 * last to end stops it. TEST_DATABASE_URL takes its place where it is set.
 */

const FOLDER = resolve(import.meta.dirname, "../node_modules/.cache/fractal-test-pg");

let server: EmbeddedServer | null = null;

export async function setup(): Promise<void> {
  if (process.env["TEST_DATABASE_URL"]) return;
  mkdirSync(FOLDER, { recursive: true });
  chmodSync(FOLDER, 0o711); // as root the server runs as another account
  server = await startEmbedded(FOLDER, { info: () => undefined }, { isDurable: false });
  if (!server.adopted) await dropLeftovers(server.url);
  // Test files run in processes started after this one, and inherit it.
  process.env["TEST_DATABASE_URL"] = server.url;
}

export async function teardown(): Promise<void> {
  await server?.stop();
}
