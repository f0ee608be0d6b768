import { afterAll, beforeAll, expect, test } from "vitest";
import { and, eq, inArray } from "drizzle-orm";
import { one } from "@/db/rows";
import { jobs, leases, profiles, resources, taskGroups, users, workflowTasks } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import {
  SSH_PROFILE,
  SSH_RESOURCE,
  SUDO_PROFILE,
  SUDO_RESOURCE,
} from "@/server/contracts/resource-samples.testing";
import type { ProfileDocument } from "@/server/contracts/profile";
import type { ResourceDocument } from "@/server/contracts/resource";
import { continueJob } from "@/server/services/job/continue";
import { previewSubmission } from "@/server/services/job/preview-submission";
import { submitJob } from "@/server/services/job/submit";
import {
  addMember,
  makeColleague,
  makeDataset,
  makeJob,
  makeProject,
  makeResource,
  makeProfile,
  makeStudy,
  makeTask,
  makeTaskGroup,
  makeUser,
  makeWorkflow,
  makeWorkflowTask,
} from "@/server/services/testing";
import type { Study } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const request = ({ workflow, dataset }: Study) => ({ workflow_id: workflow.id, dataset_id: dataset.id });
/** Submission and preview must agree. */
async function refusal(study: Study, message: RegExp, part: object = {}) {
  const input = { ...request(study), ...part };
  const preview = await previewSubmission(study.owner, input);
  expect(preview.problems.join("\n")).toMatch(message);
  return expect(submitJob(study.owner, input)).rejects;
}

test("a job is queued for the runner with everything that was checked, frozen", async () => {
  const study = await makeStudy(t.db);
  const input = { ...request(study), attribute_filters: { well: ["A1"] }, type_filters: { x: false } };
  expect(await previewSubmission(study.owner, input)).toEqual({
    tasks: [{ order: 0, name: study.task.name, images: 1 }],
    problems: [],
  });
  const { job_id } = await submitJob(study.owner, input);
  const job = one(await t.db.select().from(jobs).where(eq(jobs.id, job_id)));
  expect(job).toMatchObject({
    state: "queued",
    first_task_index: 0,
    last_task_index: 0,
    attribute_filters: { well: ["A1"] },
    type_filters: { x: false },
    user_email: study.owner.user.email,
    cache_dir: `${study.owner.user.project_dirs[0]}/fractal/.fractal_cache/profile_${study.owner.user.profile_id}`,
    dataset_dump: { id: study.dataset.id, zarr_dir: study.dataset.zarr_dir },
    slurm_account: null,
    working_dir: null,
    task_dumps: [
      {
        workflow_task: { id: study.step.id, args_parallel: { threshold: 1 }, task: { id: study.task.id } },
        task_group: { id: study.group.id, pkg_name: study.group.pkg_name },
      },
    ],
  });
  const lease = and(eq(leases.kind, "job"), eq(leases.id, job_id));
  expect(await t.db.select().from(leases).where(lease)).toMatchObject([
    { owner: null, expires_at: "-infinity" },
  ]);
  const [group] = await t.db.select().from(taskGroups).where(eq(taskGroups.id, study.group.id));
  expect(group?.timestamp_last_used).not.toBeNull();
});

test("1: people who may not run jobs are refused, strangers learn nothing", async () => {
  const study = await makeStudy(t.db);
  const writer = await makeColleague(study.owner);
  const stranger = await makeColleague(study.owner);
  const guest = await makeColleague(study.owner, { is_guest: true });
  const fresh = await makeColleague(study.owner, { is_verified: false });
  await addMember(t.db, study.project.id, writer, "rw");
  for (const member of [guest, fresh]) await addMember(t.db, study.project.id, member, "rwx");
  for (const member of [writer, guest, fresh])
    await expect(submitJob(member, request(study))).rejects.toMatchObject({ tag: "Forbidden" });
  await expect(submitJob(stranger, request(study))).rejects.toMatchObject({ tag: "NotFound" });
});

test("2: a project of another resource than the user's is refused", async () => {
  const study = await makeStudy(t.db);
  const moved = await makeUser(t.db);
  await addMember(t.db, study.project.id, moved, "rwx");
  const preview = await previewSubmission(moved, request(study));
  expect(preview.problems[0]).toMatch(/another resource than your compute profile/);
  await expect(submitJob(moved, request(study))).rejects.toMatchObject({ tag: "Precondition" });
});

test("3: dataset and workflow must be of one project", async () => {
  const study = await makeStudy(t.db);
  const other = await makeDataset(t.db, (await makeProject(study.owner)).id);
  await expect(submitJob(study.owner, { ...request(study), dataset_id: other.id })).rejects.toMatchObject({
    fields: { dataset_id: expect.any(String) as unknown },
  });
});

test("4: a workflow without tasks is refused", async () => {
  const study = await makeStudy(t.db);
  const workflow = await makeWorkflow(t.db, study.project.id);
  const check = await refusal({ ...study, workflow }, /has no tasks/);
  await check.toMatchObject({ fields: { workflow_id: expect.any(String) as unknown } });
});

test("5: a range beyond the workflow is refused at its field, a backward one by the contract", async () => {
  const study = await makeStudy(t.db);
  const check = await refusal(study, /tasks 0 to 0/, { last_task_index: 1 });
  await check.toMatchObject({ fields: { last_task_index: expect.any(String) as unknown } });
  const backward = { ...request(study), first_task_index: 1, last_task_index: 0 };
  await expect(submitJob(study.owner, backward)).rejects.toMatchObject({ name: "ZodError" });
});

test("6: an inactive task is refused by name; outside the range it does not matter", async () => {
  const study = await makeStudy(t.db);
  const group = await makeTaskGroup(study.owner, { active: false });
  const task = await makeTask(t.db, group.id, { name: "Sleeper" });
  await makeWorkflowTask(t.db, study.workflow.id, task.id, { order: 1 });
  const check = await refusal(study, /'Sleeper' is not active/);
  await check.toMatchObject({ fields: { "tasks.1": expect.any(String) as unknown } });
  await submitJob(study.owner, { ...request(study), last_task_index: 0 });
});

test("7: type filters that contradict a task are refused", async () => {
  const study = await makeStudy(t.db);
  const task = await makeTask(t.db, study.group.id, { input_types: { is_3D: true } });
  await makeWorkflowTask(t.db, study.workflow.id, task.id, { order: 1, type_filters: { is_3D: false } });
  const check = await refusal(study, /contradict/);
  await check.toMatchObject({ fields: { "tasks.1": expect.any(String) as unknown } });
});

test("8: a resource whose description is not valid any more is refused", async () => {
  const study = await makeStudy(t.db);
  await t.db
    .update(resources)
    .set({ document: { type: "local" } })
    .where(eq(resources.id, study.group.resource_id));
  const check = await refusal(study, /resource .* is not valid/);
  await check.toMatchObject({ tag: "Precondition" });
});

test("9: a resource that is drained accepts nothing", async () => {
  const study = await makeStudy(t.db);
  const drained = { prevent_new_submissions: true };
  await t.db.update(resources).set(drained).where(eq(resources.id, study.group.resource_id));
  const check = await refusal(study, /does not accept new jobs/);
  await check.toMatchObject({ tag: "Precondition" });
});

test.each([
  [["s3://bucket/data"], /'s3:\/\/bucket\/data' is not a folder on a disk/],
  [["data"], /'data' is not a folder on a disk/],
  [[], /you have none/],
])(
  "project folders %j cannot hold the cache of the tasks: that is said, and no job is made",
  async (dirs, why) => {
    const study = await makeStudy(t.db);
    const { user } = study.owner;
    const actor = { kind: "user" as const, user: { ...user, project_dirs: dirs } };
    const check = await refusal({ ...study, owner: { ...study.owner, actor } }, why);
    await check.toMatchObject({ tag: "Precondition" });
    expect(await t.db.select().from(jobs).where(eq(jobs.dataset_id, study.dataset.id))).toEqual([]);
  },
);

test("users of two profiles who share a project folder have caches of their own", async () => {
  const study = await makeStudy(t.db);
  const profile = await makeProfile(t.db, study.project.resource_id);
  const { project_dirs } = study.owner.user;
  const colleague = await makeColleague(study.owner, { profile_id: profile.id, project_dirs });
  await addMember(t.db, study.project.id, colleague, "rwx");
  const other = await makeDataset(t.db, study.project.id);
  const submitted = [
    await submitJob(study.owner, request(study)),
    await submitJob(colleague, { ...request(study), dataset_id: other.id }),
  ];
  const made = await t.db
    .select()
    .from(jobs)
    .where(
      inArray(
        jobs.id,
        submitted.map(({ job_id }) => job_id),
      ),
    );
  expect(new Set(made.map((job) => job.cache_dir)).size).toBe(2);
});

test("Fractal's filter by status is refused at its name, with the way that does it here", async () => {
  const study = await makeStudy(t.db);
  const filters = { __wftask_dataset_image_status__: ["failed", "unset"] };
  for (const submit of [submitJob, continueJob])
    await expect(
      submit(study.owner, { ...request(study), attribute_filters: filters }),
    ).rejects.toMatchObject({
      issues: [
        {
          path: ["attribute_filters", "__wftask_dataset_image_status__"],
          message: expect.stringContaining("Continue does what is missing") as unknown,
        },
      ],
    });
});

test("11: a SLURM account must be the user's; the first one is the default", async () => {
  const study = await makeStudy(t.db);
  const check = await refusal(study, /not one of your SLURM accounts/, { slurm_account: "" });
  await check.toMatchObject({ fields: { slurm_account: expect.any(String) as unknown } });
  const user = { ...study.owner.user, slurm_accounts: ["acc1", "acc2"] };
  await t.db.update(users).set({ slurm_accounts: user.slurm_accounts }).where(eq(users.id, user.id));
  const { job_id } = await submitJob({ db: t.db, actor: { kind: "user", user } }, request(study));
  const [job] = await t.db.select().from(jobs).where(eq(jobs.id, job_id));
  expect(job?.slurm_account).toBe("acc1");
});

test("12: a dataset takes one job at a time, and the refusal names the other", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study, { state: "stopping" });
  const sentence = `Dataset '${study.dataset.name}' is already in use by job ${job.id}.`;
  const check = await refusal(study, /already in use/);
  await check.toThrow(sentence);
});

test("of many submissions at the same moment one wins, and the others name it", async () => {
  const study = await makeStudy(t.db);
  const answers = await Promise.allSettled(
    Array.from({ length: 6 }, () => submitJob(study.owner, request(study))),
  );
  const won = answers.filter((answer) => answer.status === "fulfilled");
  const lost = answers.filter((answer) => answer.status === "rejected");
  expect(won).toHaveLength(1);
  for (const answer of lost)
    expect(String(answer.reason)).toContain(`already in use by job ${won[0]?.value.job_id}.`);
});

test("13: arguments must be complete and right, and the refusal names task, argument and reason", async () => {
  const study = await makeStudy(t.db);
  await t.db.update(workflowTasks).set({ args_parallel: null }).where(eq(workflowTasks.id, study.step.id));
  const check = await refusal(
    study,
    new RegExp(`Task 1 '${study.task.name}', argument 'threshold': Is required.`),
  );
  await check.toMatchObject({ fields: { "tasks.0.args_parallel.threshold": "Is required." } });
});

test("the preview counts the first task's images with its own filters, and says when there are none", async () => {
  const study = await makeStudy(t.db);
  const preview = await previewSubmission(study.owner, { ...request(study), type_filters: { is_3D: true } });
  expect(preview.tasks[0]?.images).toBe(0);
  expect(preview.problems.join()).toMatch(/No image of the dataset passes/);
  const converter = await makeTask(t.db, study.group.id, {
    type: "converter_non_parallel",
    command_parallel: null,
    command_non_parallel: ["x"],
    args_schema_parallel: null,
  });
  const workflow = await makeWorkflow(t.db, study.project.id);
  await makeWorkflowTask(t.db, workflow.id, converter.id, { args_parallel: null });
  expect(await previewSubmission(study.owner, request({ ...study, workflow }))).toEqual({
    tasks: [{ order: 0, name: converter.name, images: null }],
    problems: [],
  });
});

test("a profile of another resource ends with a sentence, not with a job", async () => {
  const study = await makeStudy(t.db);
  const elsewhere = await makeProfile(t.db, (await makeResource(t.db)).id);
  const user = { ...study.owner.user, profile_id: elsewhere.id };
  const actor = { kind: "user" as const, user };
  await expect(submitJob({ db: t.db, actor }, request(study))).rejects.toMatchObject({ tag: "Precondition" });
});

type Cluster = { document: ResourceDocument; profile: ProfileDocument };
async function moveTo(study: Study, { document, profile }: Cluster) {
  const { type } = document;
  await t.db
    .update(resources)
    .set({ type, document: { ...document } })
    .where(eq(resources.id, study.project.resource_id));
  await t.db
    .update(profiles)
    .set({ resource_type: type, username: profile.username, document: { ...profile } })
    .where(eq(profiles.id, study.owner.user.profile_id ?? 0));
}

test("a job that nothing can run is refused with the reason, and does not wait for ever", async () => {
  const study = await makeStudy(t.db);
  await moveTo(study, { document: SSH_RESOURCE, profile: SSH_PROFILE });
  const message = /^Jobs on slurm_ssh resources cannot run yet, and your profile belongs to one/;
  await (await refusal(study, message)).toThrow(message);
  expect(await t.db.select().from(jobs).where(eq(jobs.dataset_id, study.dataset.id))).toEqual([]);
});

test("a cluster over sudo takes jobs; what its settings and the task's make together is judged", async () => {
  const study = await makeStudy(t.db);
  await moveTo(study, { document: SUDO_RESOURCE, profile: SUDO_PROFILE });
  const setMeta = (meta_parallel: Record<string, unknown>) =>
    t.db.update(workflowTasks).set({ meta_parallel }).where(eq(workflowTasks.id, study.step.id));
  for (const [meta, message] of [
    [{ mem: "501M" }, /Task 1 '.*': One unit asks for 501 MB; a SLURM job may have 500 MB/],
    [{ account: "x" }, /account cannot be set on a task/],
    [{ tasks_per_job: 2 }, /must be given together/],
  ] as const) {
    await setMeta(meta);
    await (await refusal(study, message)).toThrow(message);
  }
  await setMeta({ mem: "500M" });
  expect((await previewSubmission(study.owner, request(study))).problems).toEqual([]);
  expect(await submitJob(study.owner, request(study))).toMatchObject({
    job_id: expect.any(Number) as number,
  });
});
