import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { closeDb, createDb } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { DatabaseError } from "@/db/errors";
import { listen } from "@/db/listen";
import { createTestDb, type TestDb } from "@/db/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const notify = (channel: string, payload: string) => t.db.$client.notify(channel, payload);

test("a notification arrives with its channel and payload", async () => {
  const heard: string[] = [];
  const listener = await listen(t.url, ["job", "call"], (channel, payload) =>
    heard.push(`${channel}:${payload}`),
  );
  await notify("job", "7");
  await notify("call", "");
  await notify("other", "x");
  await vi.waitFor(() => expect(heard).toEqual(["job:7", "call:"]));
  await listener.close();
});

test("a cut session comes back, listens to every channel again and says so", async () => {
  const heard: string[] = [];
  const listened: string[] = [];
  const listener = await listen(
    t.url,
    ["job", "call"],
    (channel) => heard.push(channel),
    (channel) => listened.push(channel),
  );
  await t.db.$client`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ILIKE 'listen%'`;
  await vi.waitFor(() => expect(listened.sort()).toEqual(["call", "call", "job", "job"]), {
    timeout: 20_000,
  });
  await notify("job", "");
  await notify("call", "");
  await vi.waitFor(() => expect(heard).toEqual(["job", "call"]));
  await listener.close();
});

test("a server that was gone for a while is listened to again", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "fractal-listen-"));
  chmodSync(dataDir, 0o711); // as root the server runs as another account
  const start = () => startEmbedded(dataDir, { info: () => undefined }, { isDurable: false });
  const first = await start();
  const heard = vi.fn();
  const listened = vi.fn();
  const listener = await listen(first.url, ["job"], heard, listened);
  await first.stop();
  await sleep(1_500); // several attempts meet a closed port
  const second = await start();
  await vi.waitFor(() => expect(listened).toHaveBeenCalledTimes(2), { timeout: 25_000 });
  const db = createDb(second.url, { max: 1 });
  await db.$client.notify("job", "again");
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("job", "again"));
  await Promise.all([listener.close(), closeDb(db)]);
  await second.stop();
  rmSync(dataDir, { recursive: true });
});

test("closing ends the session", async () => {
  const listener = await listen(t.url, ["job"], () => undefined);
  await listener.close();
  await vi.waitFor(async () => {
    const sessions = await t.db.$client`SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND query ILIKE 'listen%'`;
    expect(sessions).toHaveLength(0);
  });
});

test("a first connection that fails is an error, not a silent retry", async () => {
  await expect(listen("postgres://x:y@127.0.0.1:1/z", ["job"], () => undefined)).rejects.toBeInstanceOf(
    DatabaseError,
  );
});
