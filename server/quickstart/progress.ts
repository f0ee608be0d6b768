import type { JobTask, JobView } from "@/server/contracts/job";
import type { ServiceContext } from "@/server/services/context";
import { getJob, pollJob } from "@/server/services/job/get";
import { LiveLines, dim } from "./terminal.mjs";
import { pause } from "./pause";
import { isActive } from "./work";

const POLL_MS = 300;
/** Where lines cannot be drawn again, progress of one task is printed at most this often. */
const PRINT_MS = 2_000;

/** Show the job until it has ended: a line per task, kept up to date on a terminal. */
export async function followJob(ctx: ServiceContext, job_id: number, signal: AbortSignal): Promise<JobView> {
  const lines = new LiveLines();
  const printed = new Map<number, { text: string; at: number }>();
  let heldUp: string | null = null;
  let job = await getJob(ctx, { job_id });
  for (;;) {
    lines.draw(job.tasks.map(lineOf));
    for (const task of job.tasks) {
      const { order, run } = task;
      const text = lineOf(task);
      const before = printed.get(order);
      const isDue = run?.timestamp_ended != null || performance.now() - (before?.at ?? 0) > PRINT_MS;
      if (!run || !isDue || countsOf(task) === before?.text) continue;
      lines.log(text);
      printed.set(order, { text: countsOf(task), at: performance.now() });
    }
    if (job.held_up !== null && heldUp === null) lines.log(`  ${job.held_up}`);
    heldUp = job.held_up;
    if (!isActive(job.state)) return job;
    await pause(POLL_MS, signal);
    // While a task runs its seconds go on, so the same counts are drawn again.
    job = (await pollJob(ctx, { job_id, version: job.version })) ?? job;
  }
}

const countsOf = ({ run }: JobTask) =>
  run ? `${run.units.done} ${run.units.failed} ${run.timestamp_ended}` : "";

function lineOf(task: JobTask): string {
  const name = `  ${task.name.padEnd(26)}`;
  if (!task.run) return dim(`${name}waiting`);
  const { done, failed, total } = task.run.units;
  const units = `${done}/${total} units`;
  const bad = failed > 0 ? `, ${failed} failed` : "";
  return `${name}${units.padEnd(14)}${secondsOf(task).padStart(6)} s${bad}`;
}

/** How long the task took, or takes so far. */
export function secondsOf({ run }: JobTask): string {
  if (!run) return "–";
  const end = run.timestamp_ended === null ? Date.now() : Date.parse(run.timestamp_ended);
  return (Math.max(0, end - Date.parse(run.timestamp_started)) / 1000).toFixed(1);
}
