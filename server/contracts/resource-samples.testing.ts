/** The documents that every part of the product must accept and show again, for tests. */
import type { ProfileDocument } from "./profile";
import type { ResourceDocument } from "./resource";

const SLURM_RUNNER = {
  default_slurm_config: { partition: "partition-name", cpus_per_task: 1, mem: "100M" },
  gpu_slurm_config: { partition: "gpu", extra_lines: ["#SBATCH --gres=gpu:v100:1"] },
  user_local_exports: {
    CELLPOSE_LOCAL_MODELS_PATH: "CELLPOSE_LOCAL_MODELS_PATH",
    NAPARI_CONFIG: "napari_config.json",
  },
  batching_config: {
    target_cpus_per_job: 1,
    max_cpus_per_job: 1,
    target_mem_per_job: 200,
    max_mem_per_job: 500,
    target_num_jobs: 2,
    max_num_jobs: 4,
  },
};
const SLURM_PYTHON = {
  default_version: "3.12" as const,
  versions: { "3.11": "/some/venv/bin/python3.11", "3.12": "/some/venv/bin/python3.12" },
};

export const LOCAL_RESOURCE = {
  type: "local",
  name: "Local resource",
  jobs_local_dir: "/somewhere/jobs",
  jobs_runner_config: { parallel_tasks_per_job: 1 },
  jobs_poll_interval: 0,
  tasks_local_dir: "/somewhere/tasks",
  tasks_python_config: { default_version: "3.12", versions: { "3.12": "/some-venv/bin/python" } },
  tasks_pixi_config: {},
  tasks_pip_cache_dir: null,
} as const satisfies ResourceDocument;

export const SUDO_RESOURCE = {
  type: "slurm_sudo",
  name: "SLURM cluster",
  jobs_local_dir: "/somewhere/local-jobs",
  jobs_runner_config: SLURM_RUNNER,
  jobs_slurm_python_worker: "/some/venv/bin/python3.12",
  jobs_poll_interval: 10,
  tasks_local_dir: "/somewhere/local-tasks",
  tasks_python_config: SLURM_PYTHON,
  tasks_pixi_config: {},
  tasks_pip_cache_dir: null,
} satisfies ResourceDocument;

export const SSH_RESOURCE = {
  type: "slurm_ssh",
  name: "Remote SLURM cluster",
  host: "slurm-cluster.example.org",
  jobs_local_dir: "/somewhere/local-jobs",
  jobs_runner_config: SLURM_RUNNER,
  jobs_slurm_python_worker: "/some/venv/bin/python3.12",
  jobs_poll_interval: 10,
  tasks_local_dir: "/somewhere/local-tasks",
  tasks_python_config: SLURM_PYTHON,
  tasks_pixi_config: {},
  tasks_pip_cache_dir: null,
} satisfies ResourceDocument;

export const RESOURCE_SAMPLES: readonly ResourceDocument[] = [LOCAL_RESOURCE, SUDO_RESOURCE, SSH_RESOURCE];

export const LOCAL_PROFILE = { name: "Local profile", resource_type: "local" } satisfies ProfileDocument;
export const SUDO_PROFILE = {
  name: "SLURM/sudo profile",
  resource_type: "slurm_sudo",
  username: "slurm-username",
} satisfies ProfileDocument;
export const SSH_PROFILE = {
  name: "SLURM/SSH profile",
  resource_type: "slurm_ssh",
  username: "slurm-username",
  ssh_key_path: "/somewhere/private.key",
  jobs_remote_dir: "/somewhere/jobs",
  tasks_remote_dir: "/somewhere/tasks",
} satisfies ProfileDocument;

export const PROFILE_SAMPLES: readonly ProfileDocument[] = [LOCAL_PROFILE, SUDO_PROFILE, SSH_PROFILE];
