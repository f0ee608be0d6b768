/** How the units of a task are packed into SLURM jobs (runner specification §4.5). */
import type { EffectiveBatching } from "../resources/effective";

/** Elements that every cluster takes in one array: `MaxArraySize` is 1,001 unless a site has set it. */
export const MAX_ARRAY_SIZE = 1_000;

export type Packing = {
  /** Units of one SLURM job; the last job may have fewer. */
  unitsPerJob: number;
  /** Of those, how many run at once. */
  atOnce: number;
  jobs: number;
};

/** What a task asks for itself; null: it does not. */
export type AskedPacking = { unitsPerJob: number | null; atOnce: number | null };

type Packed = { ok: true; packing: Packing } | { ok: false; why: string };

/**
 * @param units How many there are, 1 or more. @param cpus Of one unit. @param memMb Of one unit.
 * @param asked Absent: the limits decide.
 * @returns Or one sentence why the units cannot be packed.
 */
export function packUnits(
  units: number,
  cpus: number,
  memMb: number,
  limits: EffectiveBatching,
  asked: AskedPacking = { unitsPerJob: null, atOnce: null },
): Packed {
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
  if (asked.unitsPerJob !== null || asked.atOnce !== null)
    return packAsAsked(units, cpus, memMb, limits, asked);
  const aimed = fit(limits.target_cpus_per_job, limits.target_mb_per_job);
  if (Math.ceil(units / aimed) <= limits.target_num_jobs) return packed(aimed, aimed);
  const most = fit(limits.max_cpus_per_job, limits.max_mb_per_job);
  if (Math.ceil(units / most) <= limits.max_num_jobs) return packed(most, most);
  // Units queue inside the jobs, so that there are never more jobs than allowed.
  return packed(Math.ceil(units / limits.max_num_jobs), most);
}

function packAsAsked(
  units: number,
  cpus: number,
  memMb: number,
  limits: EffectiveBatching,
  { unitsPerJob, atOnce: wished }: AskedPacking,
): Packed {
  const refuse = (why: string) => ({ ok: false as const, why });
  if (unitsPerJob === null || wished === null)
    return refuse("tasks_per_job and parallel_tasks_per_job must be given together, or neither.");
  const atOnce = Math.min(wished, unitsPerJob);
  if (atOnce * cpus > limits.max_cpus_per_job)
    return refuse(
      `${atOnce} units at once ask for ${atOnce * cpus} CPUs; a SLURM job may have ${limits.max_cpus_per_job}.`,
    );
  if (atOnce * memMb > limits.max_mb_per_job)
    return refuse(
      `${atOnce} units at once ask for ${atOnce * memMb} MB; a SLURM job may have ${limits.max_mb_per_job} MB.`,
    );
  const jobs = Math.ceil(units / unitsPerJob);
  if (jobs > limits.max_num_jobs)
    return refuse(
      `${units} units with ${unitsPerJob} in a SLURM job are ${jobs} jobs; ${limits.max_num_jobs} are allowed.`,
    );
  return { ok: true, packing: { unitsPerJob, atOnce, jobs } };
}
