/** A server that tests kill and start again, and what the killed workflow leaves when nobody is killed. */
import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { makeJob, makeWorld } from "../testing";
import type { World } from "../testing";
import { addKilledImages, killedWorkflow, resultOf, stateOf } from "./killed-workflow.testing";
import type { Result } from "./killed-workflow.testing";
import { Servers, until } from "./testing";

export let t: TestDb;
export let servers: Servers;
export let server: ChildProcess;
export let undisturbed: Result;

/** Call once per test file. */
export function setUpKilledServer(): void {
  beforeAll(async () => {
    t = await createTestDb();
    servers = await Servers.of(t);
    await startAgain();
    undisturbed = await inWorld(async (world) => {
      const id = await submit(world);
      return resultOf(world, await ended(id));
    });
  });
  afterAll(async () => {
    await servers.close();
    await t.drop();
  });
}

export async function startAgain(): Promise<void> {
  server = await servers.start();
}

export async function inWorld<T>(body: (world: World) => Promise<T>): Promise<T> {
  const world = await makeWorld(t.db);
  try {
    await addKilledImages(world);
    return await body(world);
  } finally {
    await rm(world.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const submit = async (world: World, tasks = killedWorkflow(world)) => (await makeJob(world, tasks)).id;

/** @returns The id, for whoever asks on. */
export async function ended(jobId: number): Promise<number> {
  await until(async () => ["done", "failed", "stopped"].includes(await stateOf(t.db, jobId)));
  return jobId;
}
