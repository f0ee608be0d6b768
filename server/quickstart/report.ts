/** A workflow's job on the terminal: followed to its end, judged, its table. */
import type { JobView } from "@/server/contracts/job";
import type { ServiceContext } from "@/server/services/context";
import { EXIT } from "./exit-codes.mjs";
import { followJob, secondsOf } from "./progress";
import { printRefusal, say, table } from "./terminal.mjs";
import type { ChosenJob } from "./work";

/** `problems`: a sentence per thing that is wrong. */
export type Verified = { count: number; problems: string[] };
export type Verdict = { code: number; sentence: string };

const WORDS = {
  new: "",
  "under way": " was found under way (after a crash it goes on within a minute)",
  "done before": " was done before and is checked again",
} as const;

/**
 * @param verify Looks at what a job that is done has left.
 * @param praise The sentence if nothing is wrong.
 */
export async function reportJob<V extends Verified>(
  ctx: ServiceContext,
  chosen: ChosenJob,
  {
    signal,
    verify,
    praise,
  }: { signal: AbortSignal; verify: (job: JobView) => Promise<V>; praise: (verified: V) => string },
): Promise<Verdict> {
  say(`\nJob ${chosen.job_id}${WORDS[chosen.is]}`);
  const job = await followJob(ctx, chosen.job_id, signal);
  say();
  const verdict = await judge(job, verify, praise);
  printTable(job);
  say(`\n${verdict.sentence}`);
  return verdict;
}

async function judge<V extends Verified>(
  job: JobView,
  verify: (job: JobView) => Promise<V>,
  praise: (verified: V) => string,
): Promise<Verdict> {
  if (job.state !== "done") {
    const why = job.cause
      ? `${job.cause.title}: ${job.cause.text} ${job.cause.next_step}`
      : `it is ${job.state}.`;
    if (job.log) process.stderr.write(`${job.log.split("\n").slice(-15).join("\n")}\n`);
    printRefusal(`Job ${job.id} did not end well: ${why}`);
    return { code: EXIT.job, sentence: `Job ${job.id} is ${job.state}.` };
  }
  const verified = await verify(job);
  const { problems } = verified;
  if (problems.length > 0) {
    printRefusal(`${problems.length} images are not right: ${problems[0]}`, problems.slice(0, 20).join("\n"));
    return { code: EXIT.verification, sentence: `Job ${job.id} is done, and not every image is there.` };
  }
  return { code: 0, sentence: praise(verified) };
}

function printTable(job: JobView): void {
  const rows = job.tasks.map((task) => [
    task.name,
    task.task_type,
    task.run ? `${task.run.units.done}/${task.run.units.total}` : "–",
    String(task.run?.units.failed ?? "–"),
    secondsOf(task),
    String(task.run?.num_new_images ?? "–"),
  ]);
  say(table([["Task", "Type", "Units done", "Failed", "Seconds", "Images written"], ...rows]));
}
