import type { ResourceType } from "@/server/contracts/enums";
import type { JsonMap } from "../form/json";

const NEW = {
  name: "",
  jobs_local_dir: "",
  tasks_local_dir: "",
  tasks_python_config: { default_version: "3.12", versions: { "3.12": "" } },
  tasks_pixi_config: {},
};
const SLURM = {
  jobs_slurm_python_worker: "",
  jobs_runner_config: {
    default_slurm_config: { partition: "", cpus_per_task: 1, mem: "1G" },
    batching_config: {
      target_cpus_per_job: 4,
      max_cpus_per_job: 16,
      target_mem_per_job: "16G",
      max_mem_per_job: "64G",
      target_num_jobs: 20,
      max_num_jobs: 40,
    },
  },
};

/** What a new resource begins with; `before` keeps what was typed when the type is chosen again. */
export function newResource(type: ResourceType, before: JsonMap = {}): JsonMap {
  const kept = Object.fromEntries(
    Object.keys(NEW).flatMap((key) => (key in before ? [[key, before[key]]] : [])),
  );
  const { name, ...rest } = { ...NEW, ...kept };
  if (type === "local") return { type, name, ...rest, jobs_runner_config: {} };
  return { type, name, ...(type === "slurm_ssh" ? { host: "" } : {}), ...rest, ...SLURM };
}
