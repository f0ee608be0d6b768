import type { ResourceSummary, ResourceUse } from "@/server/contracts/resource";
import type { StateName } from "../state/words";
import { formatCount, formatDuration } from "../ui/format";

export const TYPE_WORDS = {
  local: "this server",
  slurm_sudo: "SLURM, by sudo",
  slurm_ssh: "SLURM, over SSH",
} as const;

/** A runner reports every few seconds; after this long nobody hears us. */
const SILENT_AFTER_SECONDS = 30;

/** Whether jobs can run on it now. */
export function resourceState(
  resource: Pick<ResourceSummary, "type" | "prevent_new_submissions" | "runner_seen_seconds_ago">,
): { state: StateName; word: string } {
  const seen = resource.runner_seen_seconds_ago;
  if (resource.prevent_new_submissions) return { state: "stopped", word: "Takes no new jobs" };
  if (resource.type !== "local") return { state: "skipped", word: "Cannot run jobs yet" };
  if (seen === null) return { state: "unknown", word: "No runner yet" };
  if (seen > SILENT_AFTER_SECONDS) return { state: "unknown", word: `No answer for ${formatDuration(seen)}` };
  return { state: "done", word: "Accepts jobs" };
}

export const people = (count: number) => (count === 1 ? "1 person" : `${formatCount(count)} people`);

/** "12 people use cluster-a and 2 jobs run on it now." */
export function affectedBy(
  name: string,
  { users, active_jobs }: Pick<ResourceUse, "users" | "active_jobs">,
): string {
  const use =
    users === 0 ? `nobody uses ${name} yet` : `${people(users)} ${users === 1 ? "uses" : "use"} ${name}`;
  if (active_jobs === 0) return `${use}, and no job runs on it now.`;
  return `${use} and ${active_jobs === 1 ? "1 job runs" : `${formatCount(active_jobs)} jobs run`} on it now.`;
}
