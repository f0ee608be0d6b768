/** From selected images to calls with their final arguments (runner specification §2.7). */
import { ZarrUrl } from "@/server/contracts/common";
import type { HistoryRunRow } from "@/db/schema";
import { InitOutput } from "@/server/domain/jobs/protocol";
import { isCompound, isConverter } from "@/server/domain/tasks/calls";
import {
  addPending,
  getInitOutput,
  listSelectedUrls,
  planComputeUnits,
  planParallelUnits,
  planSingleUnit,
  setStage,
} from "../store/run";
import { planRetryUnits } from "../store/missing";
import { write } from "./context";
import type { JobContext } from "./context";

/** `selected → planned`, or `selected → init` for compound tasks. */
export async function planRun(ctx: JobContext, run: HistoryRunRow): Promise<void> {
  if (run.retries_run_id !== null) return planRetry(ctx, { ...run, retries_run_id: run.retries_run_id });
  const { task, args_parallel, args_non_parallel } = run.workflow_task_dump;
  await write(ctx, async (tx) => {
    if (task.type === "parallel") {
      const units = await planParallelUnits(tx, run, restOf(args_parallel));
      await addPending(tx, run.id, units);
      await setStage(tx, run.id, "selected", "planned");
      return;
    }
    const args = {
      zarr_dir: ctx.loaded.dataset.zarr_dir,
      ...args_non_parallel,
      ...(isConverter(task.type) ? {} : { zarr_urls: await listSelectedUrls(tx, run.id) }),
    };
    const kind = isCompound(task.type) ? "init" : "unit";
    await planSingleUnit(tx, run, kind, JSON.stringify(args));
    await addPending(tx, run.id, 1);
    await setStage(tx, run.id, "selected", kind === "init" ? "init" : "planned");
  });
}

/** The chosen calls once more. A run that was stopped between its init call and its items goes on with the items. */
async function planRetry(ctx: JobContext, run: HistoryRunRow & { retries_run_id: number }): Promise<void> {
  const planned = await write(ctx, async (tx) => {
    const { units, hasInit } = await planRetryUnits(tx, run);
    if (units === 0) return false;
    await addPending(tx, run.id, units);
    await setStage(tx, run.id, "selected", hasInit ? "init" : "planned");
    return true;
  });
  if (planned) return;
  const problem = await planComputeStage(ctx, run);
  // The items were used once already: the init call would have been rejected then.
  if (problem !== null) throw new Error(`the items of run ${run.retries_run_id} cannot be used: ${problem}`);
}

/**
 * `init → planned` (`selected → planned` in a retry): the items of the init call become units. Equal items (same URL, same arguments) become one.
 * `init_args` is spliced in as text: parsing and writing it again would change `1.0` and large integers.
 *
 * @returns Why the items cannot be used, or null.
 */
export async function planComputeStage(ctx: JobContext, run: HistoryRunRow): Promise<string | null> {
  const rest = restOf(run.workflow_task_dump.args_parallel);
  const { items } = InitOutput.parse((await getInitOutput(ctx.db, run)) ?? { items: [] });
  const seen = new Set<string>();
  const units: { zarr_url: string; args: string }[] = [];
  for (const item of items) {
    const url = ZarrUrl.safeParse(item.zarr_url);
    if (!url.success)
      return `parallelization_list: ${item.zarr_url}: ${url.error.issues[0]?.message ?? "not usable"}`;
    const identity = `${url.data}\n${item.key}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    units.push({
      zarr_url: url.data,
      args: `{"zarr_url":${JSON.stringify(url.data)},"init_args":${item.init_args}${rest}`,
    });
  }
  await write(ctx, async (tx) => {
    await planComputeUnits(tx, run, units);
    await addPending(tx, run.id, units.length);
    await setStage(tx, run.id, run.stage, "planned");
  });
  return null;
}

/** The user's arguments as the end of a JSON object: `,"a":1}` or `}`. */
function restOf(args: Record<string, unknown> | null): string {
  const text = JSON.stringify(args ?? {});
  return text === "{}" ? "}" : `,${text.slice(1)}`;
}
