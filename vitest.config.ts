import { defineConfig } from "vitest/config";

const DATABASE_TESTS = "**/*.db.test.ts";
const ENGINE_TESTS = "**/*.engine.test.ts";
const SLURM_TESTS = "**/*.slurm.test.ts";
const NOT_OURS = ["**/node_modules/**", "**/.next/**", "**/.data/**"];

// What a file needs is in its name: nothing, a real PostgreSQL, or also real processes and packages.
export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...NOT_OURS, DATABASE_TESTS, ENGINE_TESTS, SLURM_TESTS],
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: [DATABASE_TESTS],
          exclude: NOT_OURS,
          globalSetup: ["db/testing-server.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "engine",
          include: [ENGINE_TESTS],
          exclude: NOT_OURS,
          globalSetup: ["db/testing-server.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Most of the time they wait for processes.
          maxWorkers: 2,
          // CI machines stall for seconds; what passes only the second time is still printed, with its retry.
          retry: process.env["CI"] ? 1 : 0,
        },
      },
      {
        extends: true,
        test: {
          name: "slurm",
          include: [SLURM_TESTS],
          exclude: NOT_OURS,
          globalSetup: ["db/testing-server.ts", "e2e/support/slurm/test-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
