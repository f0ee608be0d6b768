import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const port = Number(process.env["E2E_PORT"] ?? 3210);
const dataDir = path.resolve(import.meta.dirname, "artifacts/data");

/** The server that Playwright starts when E2E_BASE_URL is not set: a quickstart with a data folder of its own. */
export const ownServer = { port, url: `http://localhost:${port}`, dataDir };

const passwordFile = path.join(dataDir, "quickstart-password");

/** Null while the server has not made the account yet. */
export function readCredentials(): { email: string; password: string } | null {
  const email = process.env["E2E_EMAIL"] ?? "admin@example.org";
  const password = process.env["E2E_PASSWORD"];
  if (password !== undefined) return { email, password };
  return existsSync(passwordFile) ? { email, password: readFileSync(passwordFile, "utf8").trim() } : null;
}
