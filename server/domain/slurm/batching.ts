/** How the units of a task are packed into SLURM jobs (runner specification §4.5). */
import type { EffectiveBatching } from "../resources/effective";

export type Packing = {
  /** Units of one SLURM job; the last job may have fewer. */
  unitsPerJob: number;
  /** Of those, how many run at once. */
  atOnce: number;
  jobs: number;
};

/**
 * @param units How many there are, 1 or more. @param cpus Of one unit. @param memMb Of one unit.
 * @returns Or one sentence why a unit does not fit into any job.
 */
export function packUnits(
  units: number,
  cpus: number,
  memMb: number,
  limits: EffectiveBatching,
): { ok: true; packing: Packing } | { ok: false; why: string } {
  if (cpus > limits.max_cpus_per_job)
    return {
      ok: false,
      why: `One unit asks for ${cpus} CPUs; a SLURM job may have ${limits.max_cpus_per_job}.`,
    };
  if (memMb > limits.max_mb_per_job)
    return {
      ok: false,
      why: `One unit asks for ${memMb} MB; a SLURM job may have ${limits.max_mb_per_job} MB.`,
    };
  const fit = (maxCpus: number, maxMb: number) =>
    cpus > maxCpus || memMb > maxMb ? 1 : Math.min(Math.floor(maxCpus / cpus), Math.floor(maxMb / memMb));
  const packed = (unitsPerJob: number, atOnce: number) => ({
    ok: true as const,
    packing: { unitsPerJob, atOnce, jobs: Math.ceil(units / unitsPerJob) },
  });
  const aimed = fit(limits.target_cpus_per_job, limits.target_mb_per_job);
  if (Math.ceil(units / aimed) <= limits.target_num_jobs) return packed(aimed, aimed);
  const most = fit(limits.max_cpus_per_job, limits.max_mb_per_job);
  if (Math.ceil(units / most) <= limits.max_num_jobs) return packed(most, most);
  // Units queue inside the jobs, so that there are never more jobs than allowed.
  return packed(Math.ceil(units / limits.max_num_jobs), most);
}
