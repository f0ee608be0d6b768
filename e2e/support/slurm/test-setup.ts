/** The cluster of the tests: made before the first file and removed after the last, unless it was there before. */
import { existsSync } from "node:fs";
import { down, isUp, up } from "./cluster";

/** Accounts, services and a sudo rule are not made on somebody's machine without being asked. */
function requirePermission(): void {
  const isContainer = existsSync("/.dockerenv") || existsSync("/run/.containerenv");
  const { CI, FRACTAL_TEST_CLUSTER } = process.env;
  if (CI === "true" || FRACTAL_TEST_CLUSTER === "1" || isContainer) return;
  throw new Error(
    "The tests of SLURM make accounts, services and a sudo rule on this machine: set FRACTAL_TEST_CLUSTER=1 to allow it.",
  );
}

export async function setup(): Promise<() => Promise<void>> {
  if (await isUp()) {
    await up();
    return () => Promise.resolve();
  }
  requirePermission();
  await up();
  return down;
}
