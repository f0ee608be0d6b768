import fc from "fast-check";
import { expect, test } from "vitest";
import { SUDO_RESOURCE } from "../../contracts/resource-samples.testing";
import { effectiveResource } from "../resources/effective";
import type { EffectiveSlurm } from "../resources/effective";
import { shellWord } from "./quote";
import { batchScript, jobName, sbatchOptions } from "./script";
import { slurmUnitConfig } from "./unit-config";

const RUNNER = SUDO_RESOURCE.jobs_runner_config;
type Set = Record<string, unknown>;
function resource(unit: Set = {}, gpu: Set | null = RUNNER.gpu_slurm_config): EffectiveSlurm {
  const default_slurm_config = { partition: "main", cpus_per_task: 2, mem: "4G", ...unit };
  const jobs_runner_config = { ...RUNNER, default_slurm_config, gpu_slurm_config: gpu };
  return effectiveResource({ ...SUDO_RESOURCE, jobs_runner_config }) as EffectiveSlurm;
}
const NO_JOB = { account: null, workerInit: null };
const configOf = (
  meta: Set,
  of = resource(),
  job: { account: string | null; workerInit: string | null } = NO_JOB,
) => {
  const result = slurmUnitConfig(of, meta, job);
  if (!result.ok) throw new Error(result.why);
  return result;
};
const scriptOf = (...args: Parameters<typeof configOf>) =>
  batchScript({
    config: configOf(...args).config,
    slots: 3,
    exports: { MODEL_DIR: "models", ODD: "it's here" },
    cacheDir: "/home/me/my cache",
    python: "/usr/bin/python3",
    worker: "/jobs/worker.py",
    folder: "/jobs/0_my_task/s7",
  });

test("a script: directives first and in order, then lines as they are given, then the worker in place of the shell", () => {
  const of = resource({
    ...{ constraint: "avx", gres: "gpu:1", gpus: "1", time: "1-00:00:00", exclude: "n9", nodelist: "n1" },
    extra_lines: ["#SBATCH --qos=high", "module load x", "module load x"],
  });
  const job = { account: "lab1", workerInit: "ulimit -c 0\n\n#SBATCH --nice=5\nexport A=1" };
  expect(scriptOf({ extra_lines: ["export B=2", "#SBATCH --hint=nomultithread"] }, of, job)).toBe(`#!/bin/sh
#SBATCH --partition=main
#SBATCH --cpus-per-task=6
#SBATCH --mem=12000M
#SBATCH --constraint=avx
#SBATCH --gres=gpu:1
#SBATCH --gpus=1
#SBATCH --time=1-00:00:00
#SBATCH --account=lab1
#SBATCH --exclude=n9
#SBATCH --nodelist=n1
#SBATCH --qos=high
#SBATCH --hint=nomultithread
#SBATCH --nice=5
module load x
module load x
export B=2
ulimit -c 0

export A=1
export MODEL_DIR='/home/me/my cache/models'
export ODD='/home/me/my cache/it'\\''s here'
exec /usr/bin/python3 /jobs/worker.py /jobs/0_my_task/s7/"$SLURM_ARRAY_TASK_ID"
`);
});

test("memory per CPU, another shell", () => {
  const script = scriptOf({}, resource({ use_mem_per_cpu: true, shebang_line: "#!/bin/bash -l" }));
  expect(script.split("\n").slice(0, 4)).toEqual([
    ...[
      "#!/bin/bash -l",
      "#SBATCH --partition=main",
      "#SBATCH --cpus-per-task=6",
      "#SBATCH --mem-per-cpu=2000M",
    ],
  ]);
});

test("the task's meta is stronger than the resource, the job's account than both; a GPU set has only its own keys", () => {
  const of = resource(
    { account: "lab", time: "10", extra_lines: ["a"] },
    { partition: "gpu", gres: "gpu:1" },
  );
  const meta = { partition: "long", cpus_per_task: "8", mem: "1T", time: "20", gpus: 1, tasks_per_job: 4 };
  expect(configOf({ ...meta, parallel_tasks_per_job: 2 }, of).config).toMatchObject({
    ...{ partition: "long", cpus: 8, memMb: 1_000_000, unitsPerJob: 4, atOnce: 2, extraLines: ["a"] },
    options: { account: "lab", time: "20", gpus: "1", gres: null },
  });
  expect(configOf({ needs_gpu: "True" }, of, { account: "mine", workerInit: null }).config).toMatchObject({
    ...{ partition: "gpu", cpus: 2, memMb: 4_000, extraLines: ["a"] },
    options: { account: "mine", time: "10", gres: "gpu:1" },
  });
  expect(configOf({ needs_gpu: "false" }, of).config.partition).toBe("main");
});

test("what is not used is said, what is used is not", () => {
  const warnings = (meta: Set, of = resource()) => configOf(meta, of).warnings.join(" ");
  expect(warnings({ colour: "red", shebang_line: "#!/bin/sh", nodes: 2 })).toMatch(
    /'colour' is not a setting.*'shebang_line' is not a setting.*nodes is 2, and is not used/,
  );
  expect(warnings({ needs_gpu: true }, resource({}, null))).toContain("no settings for that");
  const known = {
    needs_gpu: true,
    time: "1",
    nodes: 1,
    mem: 1,
    unit_limit_s: 3,
    rerun_interrupted: true,
    gone: null,
  };
  expect(warnings(known)).toBe("");
});

test.each([
  { meta: { account: "x" }, why: "account cannot be set" },
  { meta: { needs_gpu: "yes" }, why: "needs_gpu must be true or false" },
  { meta: { cpus_per_task: 0 }, why: "cpus_per_task must be 1 or more, not 0" },
  { meta: { mem: "1K" }, why: 'mem must be megabytes or a text like "4G", not "1K"' },
  { meta: { time: ["1"] }, why: "time must be one line" },
  { meta: { constraint: "a\n#SBATCH --account=x" }, why: "constraint must be one line" },
  { meta: { extra_lines: "module load x" }, why: "extra_lines must be a list" },
  { meta: { extra_lines: ["#SBATCH --account=x"] }, why: "sets the SLURM account" },
  { meta: { tasks_per_job: -1 }, why: "tasks_per_job must be 1 or more" },
  { meta: {}, unit: { partition: null }, why: "names a partition" },
  { meta: {}, unit: { mem: null }, why: "how much memory" },
  { meta: {}, unit: { cpus_per_task: null }, why: "how many CPUs" },
  { meta: {}, workerInit: "#SBATCH --account=x", why: "sets the SLURM account" },
])("refused: $meta $unit $workerInit", ({ meta, unit, workerInit, why }) => {
  expect(slurmUnitConfig(resource(unit), meta, { account: null, workerInit: workerInit ?? null })).toEqual({
    ok: false,
    why: expect.stringContaining(why) as string,
  });
});

test("options of the command line: the array, its name and where each element writes", () => {
  expect(sbatchOptions([0, 1, 2, 5, 7, 8], "x", "/a 100%/s1")).toEqual(
    expect.arrayContaining([
      "--array=0-2,5,7-8",
      "--job-name=x",
      "--chdir=/a 100%/s1",
      "--output=/a 100%%/s1/%a/slurm-%a.out",
    ]),
  );
});

test("the name of a job ends with its tag, whatever the task is called", () => {
  expect(jobName("Project Image (HCS/Plate), älter", "fab12-7")).toBe("Project_Image_HCS_Plate_lter.fab12-7");
  expect(jobName("x".repeat(300), "fab12-7")).toMatch(/^x{60}\.fab12-7$/);
});

/** How a POSIX shell reads one word: quotes keep everything, a backslash keeps the next, the rest is plain or special. */
function readAsShell(word: string): string | null {
  const parts = /^(?:'[^']*'|\\[^\n]|[A-Za-z0-9_./:=@%+,-])+$/.test(word)
    ? (word.match(/'[^']*'|\\[^\n]|[A-Za-z0-9_./:=@%+,-]/g) ?? [])
    : null;
  return (
    parts?.map((part) => (part.startsWith("'") ? part.slice(1, -1) : part.replace("\\", ""))).join("") ?? null
  );
}

test("a word of the shell is that word again", () => {
  for (const text of ["", "it's", "$(id)`id`'\"\\;&|\n*", "a b", "~", "#x"])
    expect(readAsShell(shellWord(text))).toBe(text);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "'", "\\", " ", "$", "\n", "/") }), (text) => {
      expect(readAsShell(shellWord(text))).toBe(text);
    }),
  );
});
