/** What one call of a run may use, and what a scheduler is asked for it. */
import { ResourceCreate } from "@/server/contracts/resource";
import type { EffectiveBatching } from "@/server/domain/resources/effective";
import { effectiveResource } from "@/server/domain/resources/effective";
import { packUnits } from "@/server/domain/slurm/batching";
import { slurmUnitConfig } from "@/server/domain/slurm/unit-config";
import type { SlurmUnitConfig } from "@/server/domain/slurm/unit-config";
import { callResources } from "@/server/domain/tasks/calls";
import type { CallResources } from "@/server/domain/tasks/calls";
import type { LoadedJob } from "../store/job";

export type RunCall = CallResources & {
  /** Null: the host itself runs the units. */
  scheduler: { unit: SlurmUnitConfig; batching: EffectiveBatching } | null;
};

/** @returns Warnings are for the job's log; or one sentence why nothing can be run. */
export function runCall(
  { job, resource }: Pick<LoadedJob, "job" | "resource">,
  taskMeta: Record<string, unknown>,
  ownMeta: Record<string, unknown> | null,
): { ok: true; call: RunCall; warnings: string[] } | { ok: false; why: string } {
  const asked = callResources(taskMeta, ownMeta);
  if (!asked.ok) return asked;
  if (resource.type === "local")
    return { ok: true, call: { ...asked.resources, scheduler: null }, warnings: [] };
  const effective = effectiveResource(ResourceCreate.parse(resource.document));
  if (effective.type === "local")
    throw new Error(`the document of resource ${resource.name} is of another type`);
  const unit = slurmUnitConfig(
    effective,
    { ...taskMeta, ...ownMeta },
    { account: job.slurm_account, workerInit: job.worker_init },
  );
  if (!unit.ok) return unit;
  const { cpus, memMb } = unit.config;
  const { batching } = effective;
  const fits = packUnits(1, cpus, memMb, batching, unit.config);
  if (!fits.ok) return fits;
  const call = { ...asked.resources, cpus, memMb, scheduler: { unit: unit.config, batching } };
  return { ok: true, call, warnings: unit.warnings };
}
