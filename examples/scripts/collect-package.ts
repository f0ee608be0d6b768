/**
 * A script collects a task package, from the index of the server's pip or from a wheel that it sends, and follows
 * the log.
 *
 *     export FRACTAL_URL=http://localhost:3000 FRACTAL_TOKEN=fractal_…
 *     npx tsx examples/scripts/collect-package.ts --package NAME [--version VERSION] [--python 3.12]
 *     npx tsx examples/scripts/collect-package.ts --wheel FILE [--python 3.12]
 *
 * The token needs the scopes read and write (My profile → New token). Exit code 0: its tasks can be used.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { TRPCClientError, createTRPCClient, httpLink } from "@trpc/client";
import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "../../server/api/root";

const { FRACTAL_URL = "http://localhost:3000", FRACTAL_TOKEN } = process.env;
const { values: options } = parseArgs({
  options: {
    package: { type: "string" },
    /** Default: the newest that fits. */
    version: { type: "string" },
    wheel: { type: "string" },
    /** Default: that of the resource. */
    python: { type: "string" },
  },
});

const headers = { authorization: `Bearer ${FRACTAL_TOKEN ?? ""}` };
const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${FRACTAL_URL}/api/trpc`, headers })] });

type Collect = inferRouterInputs<AppRouter>["task"]["collect"];

async function main(): Promise<number> {
  if (FRACTAL_TOKEN === undefined)
    throw new Error("Set FRACTAL_TOKEN to an API token (My profile → New token).");
  const { activity_id, task_group_id } = await api.task.collect.mutate(await whatToCollect());
  const activity = await follow(activity_id);
  if (activity.status !== "OK") {
    console.error(activity.failure);
    return 1;
  }
  const groups = await api.task.groups.query();
  const group = groups.find(({ id }) => id === task_group_id);
  for (const { name, type } of group?.tasks ?? []) console.log(`${name} (${type})`);
  return 0;
}

async function whatToCollect(): Promise<Collect> {
  const { package: name, version, wheel } = options;
  // The server says which Pythons it has.
  const python = options.python === undefined ? {} : { python_version: options.python as "3.12" };
  if (wheel !== undefined) return { origin: "wheel-file", upload_id: await send(wheel), ...python };
  if (name === undefined) throw new Error("Say what to collect: --package NAME or --wheel FILE.");
  return {
    origin: "pypi",
    package: name,
    ...(version !== undefined && { package_version: version }),
    ...python,
  };
}

async function send(wheel: string): Promise<string> {
  const query = new URLSearchParams({ name: path.basename(wheel) });
  const body = new Uint8Array(await readFile(wheel));
  const answer = await fetch(`${FRACTAL_URL}/api/upload?${query}`, { method: "POST", headers, body });
  const { upload_id, error } = (await answer.json()) as { upload_id?: string; error?: string };
  if (upload_id === undefined) throw new Error(error ?? `The upload was answered with ${answer.status}.`);
  return upload_id;
}

/** Prints the log as it grows. */
async function follow(activity_id: number) {
  for (let shown = ""; ; await sleep(500)) {
    const activity = await api.task.activity.query({ activity_id });
    // The log of a failure begins anew, with the reason.
    if (activity.log.startsWith(shown)) {
      process.stdout.write(activity.log.slice(shown.length));
      shown = activity.log;
    }
    if (activity.timestamp_ended !== null) return activity;
  }
}

main().then(
  (code) => (process.exitCode = code),
  (err: unknown) => {
    // The server's sentence says what is wrong and what to do.
    console.error(err instanceof TRPCClientError || err instanceof Error ? err.message : err);
    process.exitCode = 1;
  },
);
