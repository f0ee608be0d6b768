import { writeFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { one } from "@/db/rows";
import { LocalExecutor } from "./executors/local";
import { makeJob, makeWorld, silentLog } from "./testing";
import { loadJob } from "./store/job";
import { claimLease } from "./store/lease";
import { selectRun } from "./engine/select-run";
import { planRun } from "./engine/plan-run";
import { mergeRun, closeMergedRun } from "./engine/merge-run";
import { insertBatch, listOpenBatches, acquireSlots, setLaunched, streamAttempts, listUnendedAttempts, closeBatch } from "./store/batch";
import { getRun } from "./store/run";
import { listBatchUnits } from "./store/unit";
import { ingest } from "./engine/ingest";
import { write } from "./engine/context";
import type { JobContext } from "./engine/context";
import { Wake } from "./engine/wake";

const N = Number(process.env.N ?? 100_000);
const mb = () => { (globalThis as any).gc?.(); const m = process.memoryUsage(); return `rss ${Math.round(m.rss / 1e6)} heap ${Math.round(m.heapUsed / 1e6)} ext ${Math.round(m.external/1e6)}`; };
async function timed<T>(name: string, f: () => Promise<T>): Promise<T> {
  const t = performance.now();
  const r = await f();
  console.log(`${name}: ${Math.round(performance.now() - t)} ms   ${mb()}`);
  return r;
}
test("scale", async () => {
  const t = await createTestDb();
  let n = 0;
  const world = await makeWorld(t.db);
  await timed("insert images", () => t.db.execute(sql`INSERT INTO image (dataset_id, position, zarr_url, attributes, types)
    SELECT ${world.dataset.id}, g, ${world.zarrDir + "/plate.zarr/"} || g, jsonb_build_object('plate','p','well','A'||(g%96)), '{"is_3D":true}' FROM generate_series(0, ${N - 1}::int) g`));
  await t.db.execute(sql`ANALYZE`);
  const job = await makeJob(world, [{ type: "parallel", args: { a: 1 }, output_types: { ok: true } }]);
  const key = (await claimLease(t.db, "job", "x"))!;
  const loaded = (await loadJob(t.db, job.id))!;
  const ctx = { db: t.db, log: silentLog, lease: { key, signal: new AbortController().signal, isFresh: () => true }, executor: new LocalExecutor("python3"),
    host: { cpus: 2, memMb: 8000 }, wake: new Wake(), loaded, workingDir: world.folder, jobLog: { write: async () => {}, read: async () => "" } } as unknown as JobContext;
  console.log(mb());
  let run = await timed("select", () => selectRun(ctx, job.task_dumps[0]!, {}));
  await timed("plan", () => planRun(ctx, run));
  run = await getRun(t.db, run.id);
  const folder = path.join(world.folder, "b");
  await mkdir(folder, { recursive: true });
  await timed("insertBatch", () => write(ctx, (tx) => insertBatch(tx, run.id, () => folder, { slots: 2, cpus: 1, mem_mb: null })));
  const batch = one(await listOpenBatches(t.db, run.id));
  await timed("streamAttempts+prepare", () => ctx.executor.prepare(batch, { header: {} as never, units: (async function* () { for await (const a of streamAttempts(t.db, batch.id)) yield a.map((x) => ({ n: x.n, unit: x.unit_id, argv: ["python"], args: x.args })); })() }));
  await write(ctx, (tx) => acquireSlots(tx, batch, world.resource.id, 2));
  await write(ctx, (tx) => setLaunched(tx, batch.id, null));
  const units = await timed("listBatchUnits", () => listBatchUnits(t.db, batch.id));
  const lines = ['{"e":"begin","v":1,"batch":1,"host":"h","pid":1,"t":1,"slurm":null}'];
  for (let i = 0; i < N; i++) {
    lines.push(`{"e":"start","n":${i},"t":1700000000.123}`);
    lines.push(`{"e":"end","n":${i},"t":1700000001.5,"exit":0,"signal":null,"reason":null,"detail":null,"wall_s":1.2,"cpu_s":1.1,"peak_mb":120.5,"log":[0,0],"warnings":0,"out":{"image_list_updates":[{"zarr_url":"${world.zarrDir}/plate.zarr/${i}","attributes":{"seen":"yes${i % 7}"},"types":{"good":true}}]}}`);
  }
  lines.push('{"e":"exit","t":1,"reason":"complete","ended":1}');
  await writeFile(path.join(folder, "results.jsonl"), lines.join("\n") + "\n");
  lines.length = 0;
  const state = { offset: 0, hasBegun: false, hasExited: false };
  for (;;) {
    const before = state.offset;
    const more = await timed("ingest", () => ingest(ctx, batch, state, units));
    if (!more) break;
    console.log("  bytes", state.offset - before);
  }
  console.log(await t.db.execute(sql`SELECT num_done, num_pending, num_running FROM history_run`));
  await timed("close batch", async () => { const u = await listUnendedAttempts(t.db, batch.id); await write(ctx, (tx) => closeBatch(tx, batch, u.map((attempt) => ({ attempt, outcome: "never_started" as const, unit: { state: "pending" as const } })))); });
  run = await getRun(t.db, run.id);
  await timed("merge", () => mergeRun(ctx, run, false));
  run = await getRun(t.db, run.id);
  await timed("close run", () => closeMergedRun(ctx, run));
  await t.drop();
}, 600_000);
