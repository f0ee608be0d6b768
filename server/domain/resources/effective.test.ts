import { expect, test } from "vitest";
import { LOCAL_RESOURCE, SSH_RESOURCE, SUDO_RESOURCE } from "../../contracts/resource-samples.testing";
import { effectiveResource } from "./effective";
import { inUse } from "./in-use";

test("defaults are added when a document is read, and the document stays as it was", () => {
  const { jobs_poll_interval: _, ...document } = LOCAL_RESOURCE;
  const before = structuredClone(document);
  expect(effectiveResource({ ...document, jobs_local_dir: "/somewhere//jobs/" })).toMatchObject({
    type: "local",
    jobs_poll_interval: 5,
    prevent_new_submissions: false,
    jobs_local_dir: "/somewhere/jobs",
    parallel_tasks_per_job: 1,
    python: { default_version: "3.12", pip_cache_dir: null },
    pixi: null,
  });
  expect(document).toEqual(before);
});

test("a GPU set overrides only the keys that it has, lines are replaced and not appended", () => {
  const document = structuredClone(SUDO_RESOURCE);
  const default_slurm_config = {
    ...document.jobs_runner_config.default_slurm_config,
    account: "lab",
    extra_lines: ["export A=1"],
    use_mem_per_cpu: true,
  };
  const gpu_slurm_config = { ...document.jobs_runner_config.gpu_slurm_config, account: null };
  const runner = { ...document.jobs_runner_config, default_slurm_config, gpu_slurm_config };
  const unit = {
    partition: "partition-name",
    cpus_per_task: 1,
    mem_mb: 100,
    account: "lab",
    extra_lines: ["export A=1"],
    shebang_line: "#!/bin/sh",
    use_mem_per_cpu: true,
    time: null,
  };
  expect(effectiveResource({ ...document, jobs_runner_config: runner })).toMatchObject({
    host: null,
    unit,
    gpu_unit: { ...unit, partition: "gpu", extra_lines: ["#SBATCH --gres=gpu:v100:1"] },
    batching: { target_mb_per_job: 200, max_mb_per_job: 500 },
  });
});

test("without a GPU set there is none, without exports there are none", () => {
  const { gpu_slurm_config: _, user_local_exports: __, ...runner } = SSH_RESOURCE.jobs_runner_config;
  expect(effectiveResource({ ...SSH_RESOURCE, jobs_runner_config: runner })).toMatchObject({
    host: "slurm-cluster.example.org",
    gpu_unit: null,
    user_local_exports: {},
  });
});

test("memory is read in decimal megabytes", () => {
  const batching_config = {
    ...SUDO_RESOURCE.jobs_runner_config.batching_config,
    target_mem_per_job: "32G",
    max_mem_per_job: "1T",
  };
  const jobs_runner_config = { ...SUDO_RESOURCE.jobs_runner_config, batching_config };
  expect(effectiveResource({ ...SUDO_RESOURCE, jobs_runner_config })).toMatchObject({
    batching: { target_mb_per_job: 32_000, max_mb_per_job: 1_000_000 },
  });
});

test("pixi has defaults as soon as it is there", () => {
  const tasks_pixi_config = { default_version: "0.54.1", versions: { "0.54.1": "/opt/pixi/0.54.1/" } };
  expect(effectiveResource({ ...LOCAL_RESOURCE, tasks_pixi_config }).pixi).toEqual({
    default_version: "0.54.1",
    versions: { "0.54.1": "/opt/pixi/0.54.1" },
    PIXI_CONCURRENT_SOLVES: 4,
    PIXI_CONCURRENT_DOWNLOADS: 4,
    TOKIO_WORKER_THREADS: 2,
    DEFAULT_ENVIRONMENT: "default",
    DEFAULT_PLATFORM: "linux-64",
    SLURM_CONFIG: null,
  });
});

test("users are named, five of a kind, the rest is counted", () => {
  expect(
    inUse([
      { noun: "profile", names: [] },
      { noun: "job", count: 0 },
    ]),
  ).toBeNull();
  expect(
    inUse([
      { noun: "profile", names: ["A"] },
      { noun: "job", count: 1 },
    ]),
  ).toBe("the profile A and 1 job");
  expect(inUse([{ noun: "account", names: ["a", "b", "c", "d", "e", "f", "g"] }])).toBe(
    "the accounts a, b, c, d, e and 2 more",
  );
});
