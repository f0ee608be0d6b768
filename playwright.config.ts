import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import { ownServer } from "./e2e/server";
import { institute } from "./e2e/support/institute";

// Debian's browser, where Playwright cannot download its own.
const debianChromium = "/usr/bin/chromium";

/** Against a server that runs already when E2E_BASE_URL is set; else against a production start of our own. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  outputDir: "e2e/artifacts/results",
  fullyParallel: true,
  workers: 2,
  // CI machines stall for seconds; what passes only the second time is still printed, as flaky.
  retries: process.env["CI"] ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env["E2E_BASE_URL"] ?? ownServer.url,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      // Root cannot use the sandbox; without background networking nothing waits for the outside.
      args: ["--no-sandbox", "--disable-background-networking"],
      ...(existsSync(debianChromium) ? { executablePath: debianChromium } : {}),
    },
  },
  ...(process.env["E2E_BASE_URL"] === undefined
    ? {
        webServer: {
          command: "npm run --silent quickstart",
          // With both of its workflows done; the published tasks are a quarter of a gigabyte to install.
          wait: { stdout: /Press Ctrl-C to end the server/ },
          timeout: 900_000,
          reuseExistingServer: false,
          gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
          env: {
            PORT: String(ownServer.port),
            FRACTAL_DATA_DIR: ownServer.dataDir,
            FRACTAL_OIDC_ISSUER: institute.issuer,
            FRACTAL_OIDC_CLIENT_ID: institute.clientId,
            FRACTAL_OIDC_CLIENT_SECRET: institute.clientSecret,
            FRACTAL_OIDC_NAME: institute.name,
          },
        },
      }
    : {}),
});
