/** The three documents are accepted; each wrong one is refused at its place with a reason. */
import { expect, test } from "vitest";
import { findProblems } from "./problems";
import { ProfileCreate } from "./profile";
import { ResourceCreate } from "./resource";
import {
  LOCAL_PROFILE,
  LOCAL_RESOURCE,
  PROFILE_SAMPLES,
  RESOURCE_SAMPLES,
  SSH_PROFILE,
  SSH_RESOURCE,
  SUDO_PROFILE,
  SUDO_RESOURCE,
} from "./resource-samples.testing";

/** A copy with one value changed; `undefined` takes the key away. */
function edited(document: unknown, path: string, value: unknown): unknown {
  const [step = "", ...rest] = path.split("/");
  const node = { ...(document as Record<string, unknown>) };
  if (rest.length > 0) return { ...node, [step]: edited(node[step] ?? {}, rest.join("/"), value) };
  return Object.fromEntries(
    Object.entries({ ...node, [step]: value }).filter(([, entry]) => entry !== undefined),
  );
}

test.each(RESOURCE_SAMPLES)("the $type document is accepted", (document) => {
  expect(findProblems(ResourceCreate, document)).toEqual([]);
});
test.each(PROFILE_SAMPLES)("the $resource_type profile is accepted", (document) => {
  expect(findProblems(ProfileCreate, document)).toEqual([]);
});

const PIXI = { default_version: "0.54.1", versions: { "0.54.1": "/opt/pixi/0.54.1" } };
const PIXI_SLURM = { partition: "main", cpus: 2, mem: "8G", time: "30" };

const accepted: [string, object, string, unknown][] = [
  ["no limit of units", LOCAL_RESOURCE, "jobs_runner_config/parallel_tasks_per_job", null],
  ["an empty runner configuration", LOCAL_RESOURCE, "jobs_runner_config", {}],
  ["a poll interval of 0 where nobody polls", LOCAL_RESOURCE, "jobs_poll_interval", 0],
  ["no host where there is none", LOCAL_RESOURCE, "host", null],
  ["a cache of pip", LOCAL_RESOURCE, "tasks_python_config/pip_cache_dir", "/var/cache/pip"],
  ["the obsolete cache of pip", LOCAL_RESOURCE, "tasks_pip_cache_dir", "/var/cache/pip"],
  ["a folder with spaces", LOCAL_RESOURCE, "jobs_local_dir", "/some where/jobs"],
  ["pixi", LOCAL_RESOURCE, "tasks_pixi_config", { ...PIXI, PIXI_CONCURRENT_SOLVES: 2 }],
  ["pixi as a SLURM job", SSH_RESOURCE, "tasks_pixi_config", { ...PIXI, SLURM_CONFIG: PIXI_SLURM }],
  ["no GPU set", SUDO_RESOURCE, "jobs_runner_config/gpu_slurm_config", null],
  ["memory as digits", SUDO_RESOURCE, "jobs_runner_config/default_slurm_config/mem", "93"],
  ["memory in T", SUDO_RESOURCE, "jobs_runner_config/batching_config/max_mem_per_job", "1T"],
  ["a time limit", SUDO_RESOURCE, "jobs_runner_config/default_slurm_config/time", "2-12:00:00"],
  ["the default poll interval", SUDO_RESOURCE, "jobs_poll_interval", undefined],
];
test.each(accepted)("accepted: %s", (_, document, path, value) => {
  expect(findProblems(ResourceCreate, edited(document, path, value))).toEqual([]);
});

const BATCHING = "jobs_runner_config/batching_config";
const UNIT = "jobs_runner_config/default_slurm_config";
const GPU = "jobs_runner_config/gpu_slurm_config";
const POSITIVE = "Must be 1 or more.";
const UNKNOWN = "Is not a known key.";
const ABSOLUTE = "Must be an absolute path: it starts with /.";
const MEMORY = 'Must be megabytes or digits with M, G or T: 93, "71M", "93G", "71T".';
const ABSENT = "Does not belong here: leave it out, or null.";

/** Document, what is changed, to which value, where the problem is (when not there), and the reason. */
type Wrong = [document: object, path: string, value: unknown, reason: string, at?: string];

const wrongResources: Wrong[] = [
  // Unknown keys, at every depth.
  [LOCAL_RESOURCE, "colour", "red", UNKNOWN],
  [LOCAL_RESOURCE, "jobs_runner_config/paralel_tasks_per_job", 2, UNKNOWN],
  [LOCAL_RESOURCE, "tasks_python_config/default", "3.12", UNKNOWN],
  [LOCAL_RESOURCE, "tasks_python_config/versions/2.7", "/usr/bin/python2", UNKNOWN],
  [LOCAL_RESOURCE, "tasks_pixi_config", { ...PIXI, home: "/opt/pixi" }, UNKNOWN, "tasks_pixi_config/home"],
  [
    SSH_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, SLURM_CONFIG: { ...PIXI_SLURM, qos: "x" } },
    UNKNOWN,
    "tasks_pixi_config/SLURM_CONFIG/qos",
  ],
  [SUDO_RESOURCE, "jobs_runner_config/parallel_tasks_per_job", 1, UNKNOWN],
  [SUDO_RESOURCE, `${UNIT}/pre_submission_commands`, [], UNKNOWN],
  [SUDO_RESOURCE, `${GPU}/gpu`, 1, UNKNOWN],
  [SUDO_RESOURCE, `${BATCHING}/max_jobs`, 1, UNKNOWN],
  // Type and what belongs to it.
  [LOCAL_RESOURCE, "type", undefined, "Must be one of local, slurm_sudo, slurm_ssh."],
  [LOCAL_RESOURCE, "type", "slurm", "Must be one of local, slurm_sudo, slurm_ssh."],
  [LOCAL_RESOURCE, "host", "cluster.example.org", ABSENT],
  [LOCAL_RESOURCE, "jobs_slurm_python_worker", "/usr/bin/python3", ABSENT],
  [LOCAL_RESOURCE, `${UNIT}/partition`, "main", UNKNOWN, UNIT],
  [SUDO_RESOURCE, "host", "cluster.example.org", ABSENT],
  [SSH_RESOURCE, "host", undefined, "Is required."],
  [SSH_RESOURCE, "host", null, "Must be text."],
  [SSH_RESOURCE, "host", "", "Must not be empty."],
  [
    SSH_RESOURCE,
    "tasks_pixi_config",
    PIXI,
    "Is required: over SSH, pixi runs as a SLURM job.",
    "tasks_pixi_config/SLURM_CONFIG",
  ],
  // Names and paths.
  [LOCAL_RESOURCE, "name", undefined, "Is required."],
  [LOCAL_RESOURCE, "name", "  ", "Must not be empty."],
  [LOCAL_RESOURCE, "name", " local", "Must not begin or end with a space."],
  [LOCAL_RESOURCE, "name", "x".repeat(201), "Must not be longer than 200 characters."],
  [LOCAL_RESOURCE, "name", 7, "Must be text."],
  [LOCAL_RESOURCE, "jobs_local_dir", undefined, "Is required."],
  [LOCAL_RESOURCE, "jobs_local_dir", "jobs", ABSOLUTE],
  [LOCAL_RESOURCE, "jobs_local_dir", "/data/../jobs", "Must not contain '..'."],
  [LOCAL_RESOURCE, "tasks_local_dir", "~/tasks", ABSOLUTE],
  [
    LOCAL_RESOURCE,
    "tasks_local_dir",
    "/tasks\n/x",
    "Must be one line, without tabs and other control characters.",
  ],
  [LOCAL_RESOURCE, "tasks_pip_cache_dir", "cache", ABSOLUTE],
  [SUDO_RESOURCE, "jobs_slurm_python_worker", undefined, "Is required."],
  [SUDO_RESOURCE, "jobs_slurm_python_worker", "python3.12", ABSOLUTE],
  [LOCAL_RESOURCE, "prevent_new_submissions", "yes", "Must be true or false."],
  // Python and pixi.
  [LOCAL_RESOURCE, "tasks_python_config", undefined, "Is required."],
  [LOCAL_RESOURCE, "tasks_python_config/default_version", undefined, "Is required."],
  [LOCAL_RESOURCE, "tasks_python_config/default_version", "3.11", "Must be one of the keys of versions."],
  [
    LOCAL_RESOURCE,
    "tasks_python_config/default_version",
    "2.7",
    "Must be one of 3.9, 3.10, 3.11, 3.12, 3.13, 3.14.",
  ],
  [LOCAL_RESOURCE, "tasks_python_config/versions", undefined, "Is required."],
  [LOCAL_RESOURCE, "tasks_python_config/versions", ["/usr/bin/python3"], "Must be an object: { … }."],
  [LOCAL_RESOURCE, "tasks_python_config/versions/3.12", "bin/python", ABSOLUTE],
  [LOCAL_RESOURCE, "tasks_python_config/pip_cache_dir", "", "Must not be empty."],
  [LOCAL_RESOURCE, "tasks_pixi_config", undefined, "Is required."],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { versions: PIXI.versions },
    "Is required.",
    "tasks_pixi_config/default_version",
  ],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { default_version: "0.54.1" },
    "Is required.",
    "tasks_pixi_config/versions",
  ],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, default_version: "0.1.0" },
    "Must be one of the keys of versions.",
    "tasks_pixi_config/default_version",
  ],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, versions: { "0.54.1": "/opt/pixi/latest" } },
    "Must be a folder called 0.54.1.",
    "tasks_pixi_config/versions/0.54.1",
  ],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, versions: { ...PIXI.versions, "0.55.0": "/srv/0.55.0" } },
    "All versions must lie in the same folder.",
    "tasks_pixi_config/versions/0.55.0",
  ],
  [
    LOCAL_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, TOKIO_WORKER_THREADS: 0 },
    POSITIVE,
    "tasks_pixi_config/TOKIO_WORKER_THREADS",
  ],
  [
    SSH_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, SLURM_CONFIG: { ...PIXI_SLURM, mem_per_cpu: "1G" } },
    "Give exactly one of mem and mem_per_cpu.",
    "tasks_pixi_config/SLURM_CONFIG/mem",
  ],
  [
    SSH_RESOURCE,
    "tasks_pixi_config",
    { ...PIXI, SLURM_CONFIG: { ...PIXI_SLURM, mem: "8 GB" } },
    'Must be digits with K, M, G or T: "8G".',
    "tasks_pixi_config/SLURM_CONFIG/mem",
  ],
  // Numbers.
  [
    LOCAL_RESOURCE,
    "jobs_runner_config/parallel_tasks_per_job",
    0,
    "Must be 1 or more, or null for no limit.",
  ],
  [
    LOCAL_RESOURCE,
    "jobs_runner_config/parallel_tasks_per_job",
    -1,
    "Must be 1 or more, or null for no limit.",
  ],
  [LOCAL_RESOURCE, "jobs_runner_config/parallel_tasks_per_job", 1.5, "Must be a whole number."],
  [LOCAL_RESOURCE, "jobs_runner_config/parallel_tasks_per_job", "4", "Must be a number."],
  [LOCAL_RESOURCE, "jobs_runner_config", undefined, "Is required."],
  [LOCAL_RESOURCE, "jobs_poll_interval", -1, "Must be 0 or more."],
  [SUDO_RESOURCE, "jobs_poll_interval", 0, POSITIVE],
  [SSH_RESOURCE, "jobs_poll_interval", -5, POSITIVE],
  [SUDO_RESOURCE, `${UNIT}/cpus_per_task`, 0, POSITIVE],
  [SUDO_RESOURCE, `${GPU}/nodes`, -1, POSITIVE],
  [SUDO_RESOURCE, `${BATCHING}/target_num_jobs`, 0, POSITIVE],
  // Memory.
  [SUDO_RESOURCE, `${UNIT}/mem`, "100K", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "100MB", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "100m", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "1.5G", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "100 M", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, 0, MEMORY],
  [SUDO_RESOURCE, `${GPU}/mem`, -100, MEMORY],
  [SUDO_RESOURCE, `${GPU}/mem`, true, MEMORY],
  [SUDO_RESOURCE, `${BATCHING}/max_mem_per_job`, "10MM", MEMORY],
  [SUDO_RESOURCE, `${UNIT}/mem`, "9999999T", "Must be 1000T or less."],
  // Limits.
  [
    SUDO_RESOURCE,
    `${BATCHING}/target_cpus_per_job`,
    2,
    "Must be at least target_cpus_per_job, which is 2.",
    `${BATCHING}/max_cpus_per_job`,
  ],
  [
    SUDO_RESOURCE,
    `${BATCHING}/target_mem_per_job`,
    "1G",
    "Must be at least target_mem_per_job, which is 1G.",
    `${BATCHING}/max_mem_per_job`,
  ],
  [SUDO_RESOURCE, `${BATCHING}/max_num_jobs`, 1, "Must be at least target_num_jobs, which is 2."],
  [SUDO_RESOURCE, `${BATCHING}/max_mem_per_job`, undefined, "Is required."],
  [SUDO_RESOURCE, BATCHING, undefined, "Is required."],
  [SUDO_RESOURCE, UNIT, undefined, "Is required."],
  // Options and scripts.
  [
    SUDO_RESOURCE,
    `${UNIT}/time`,
    "two hours",
    'Must be a time as SLURM writes it: "30" (minutes), "4:00:00", "2-12:00:00".',
  ],
  [SUDO_RESOURCE, `${UNIT}/shebang_line`, "/bin/sh", "Must start with #!."],
  [SUDO_RESOURCE, `${UNIT}/extra_lines`, "#SBATCH --x", "Must be a list: [ … ]."],
  [
    SUDO_RESOURCE,
    `${UNIT}/extra_lines`,
    ["a\nb"],
    "Must be one line, without tabs and other control characters.",
    `${UNIT}/extra_lines/0`,
  ],
  [
    SUDO_RESOURCE,
    "jobs_runner_config/user_local_exports/MY-PATH",
    "x",
    "Must be the name of an environment variable.",
  ],
  [
    SUDO_RESOURCE,
    "jobs_runner_config/user_local_exports/X",
    "/abs",
    "Must be a path below the user's cache folder: it does not start with /.",
  ],
  [SUDO_RESOURCE, "jobs_runner_config/user_local_exports/X", "../up", "Must not contain '..'."],
];

const wrongProfiles: Wrong[] = [
  [LOCAL_PROFILE, "resource_type", undefined, "Must be one of local, slurm_sudo, slurm_ssh."],
  [LOCAL_PROFILE, "name", undefined, "Is required."],
  [LOCAL_PROFILE, "username", "slurm-user", ABSENT],
  [LOCAL_PROFILE, "host", null, UNKNOWN],
  [SUDO_PROFILE, "username", undefined, "Is required."],
  [
    SUDO_PROFILE,
    "username",
    "-u root",
    "Must be an account name: letters, digits and _ . @ - only, and it starts with a letter.",
  ],
  [SUDO_PROFILE, "username", "root", "Must not be root: tasks would run with all rights of the machine."],
  [SUDO_PROFILE, "ssh_key_path", "/key", ABSENT],
  [SUDO_PROFILE, "jobs_remote_dir", "/jobs", ABSENT],
  [SSH_PROFILE, "ssh_key_path", undefined, "Is required."],
  [SSH_PROFILE, "ssh_key_path", "private.key", ABSOLUTE],
  [SSH_PROFILE, "jobs_remote_dir", null, "Must be text."],
  [SSH_PROFILE, "tasks_remote_dir", "tasks", ABSOLUTE],
  [SSH_PROFILE, "pixi_cache_dir", "cache", ABSOLUTE],
];

const rowOf = ([document, path, value, reason, at = path]: Wrong) => {
  const { name } = document as { name: string };
  const shown = value === undefined ? "(absent)" : JSON.stringify(value).slice(0, 60);
  const what = `${name}: ${path} = ${shown}`;
  return [what, edited(document, path, value), { at: at.split("/").join("."), reason }] as const;
};
const placed = (found: ReturnType<typeof findProblems>) =>
  found.map(({ path, reason }) => ({ at: path.join("."), reason }));

test.each(wrongResources.map(rowOf))("refused: %s", (_, document, problem) => {
  expect(placed(findProblems(ResourceCreate, document))).toContainEqual(problem);
});
test.each(wrongProfiles.map(rowOf))("refused: %s", (_, document, problem) => {
  expect(placed(findProblems(ProfileCreate, document))).toContainEqual(problem);
});

test.each([null, [], "local", 7])("%j is not a document", (document) => {
  expect(findProblems(ResourceCreate, document)).toHaveLength(1);
});
