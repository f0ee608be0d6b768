/**
 * The server is killed at every transition of a job, just before it is stored and just after, and started again: the
 * end is the same as without a kill, and no command ran twice.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { jobRequests } from "@/db/schema";
import { makeJob } from "../testing";
import type { TinyTask } from "../testing";
import {
  ended,
  inWorld,
  server,
  servers,
  setUpKilledServer,
  startAgain,
  submit,
  t,
  undisturbed,
} from "./killed-server.testing";
import { TRANSITIONS, entersState, killedWorkflow, resultOf } from "./killed-workflow.testing";
import { until } from "./testing";
import type { Moment, Transition } from "./testing";

setUpKilledServer();

const unitIdsOf = async (jobId: number) => [
  ...(await t.db.execute<{ id: number; run: number }>(sql`
    SELECT u.id, u.history_run_id AS run FROM history_unit u JOIN history_run r ON r.id = u.history_run_id
    WHERE r.job_id = ${jobId} ORDER BY u.position`)),
];

describe.each(["before", "after"] satisfies Moment[])("killed just %s it is stored that", (moment) => {
  test.each(Object.entries(TRANSITIONS))("%s", async (_name, transition) => {
    await inWorld(async (world) => {
      let id = 0;
      await servers.killAt(server, transition, moment, async () => (id = await submit(world)));
      await startAgain();
      expect(await resultOf(world, await ended(id))).toEqual(undisturbed);
    });
  });
});

test.each(["before", "after"] satisfies Moment[])(
  "killed just %s it is stored that the job is stopping: it stops, and no unit starts again",
  async (moment) => {
    await inWorld(async (world) => {
      const [task] = killedWorkflow(world);
      const gate = path.join(world.folder, "gate");
      const { id } = await makeJob(world, [{ ...task, args: { ...task?.args, wait_for: gate } } as TinyTask]);
      await until(async () => (await resultOf(world, id)).calls.length === 2);
      const transition: Transition = { table: "job", event: "UPDATE", when: entersState("stopping") };
      await servers.killAt(server, transition, moment, () =>
        t.db.insert(jobRequests).values({ job_id: id, kind: "stop_job", user_email: "ada@example.org" }),
      );
      await startAgain();
      const { calls, units, runs, state, leases } = await resultOf(world, await ended(id));
      expect({ state, leases }).toEqual({ state: "stopped", leases: 0 });
      expect(runs).toMatchObject([{ stage: "closed", state: "stopped", num_stopped: 3, num_done: 0 }]);
      expect(units.map((unit) => unit.state)).toEqual(["stopped", "stopped", "stopped"]);
      expect(calls).toHaveLength(2);
    });
  },
);

describe("a stop of a part is asked for, and the server is killed", () => {
  const PARTS = ["stop_run", "stop_units"] as const;
  const AT = {
    "before it has read of it": async (ask: () => Promise<unknown>) => {
      server.kill("SIGSTOP");
      await ask();
      await servers.end(server, "SIGKILL");
    },
    "before the first unit that stopped for it is stored": (ask: () => Promise<unknown>) =>
      servers.killAt(
        server,
        { table: "history_unit", event: "UPDATE", when: entersState("stopped") },
        "before",
        ask,
      ),
  };

  test.each(PARTS.flatMap((part) => Object.entries(AT).map(([when, kill]) => [part, when, kill] as const)))(
    "%s, %s: the next one carries it out",
    async (part, _when, kill) => {
      await inWorld(async (world) => {
        const [task, , behind] = killedWorkflow(world);
        const gate = path.join(world.folder, "gate");
        const { id } = await makeJob(world, [
          {
            ...task,
            args: { ...task?.args, wait_for: gate },
            meta: { parallel_tasks_per_job: 2 },
          } as TinyTask,
          behind as TinyTask,
        ]);
        await until(async () => (await resultOf(world, id)).calls.length === 2);
        const units = await unitIdsOf(id);
        await kill(() =>
          t.db.insert(jobRequests).values({
            ...{ job_id: id, kind: part, user_email: "ada@example.org", history_run_id: units[0]?.run ?? 0 },
            // One that runs, and one that waits for it to end.
            unit_ids: part === "stop_units" ? [units[0]?.id ?? 0, units[2]?.id ?? 0] : null,
          }),
        );
        await startAgain();
        if (part === "stop_units") {
          await until(async () => (await resultOf(world, id)).runs[0]?.["num_stopped"] === 1);
          await writeFile(gate, "");
        }
        const { state, leases, runs, images, calls, units: after } = await resultOf(world, await ended(id));
        const states =
          part === "stop_run" ? ["stopped", "stopped", "stopped"] : ["stopped", "done", "stopped"];
        expect({ state, leases, calls }).toEqual({ state: "stopped", leases: 0, calls: ["0 /a", "0 /b"] });
        expect(after.map((unit) => unit.state)).toEqual(states);
        expect(runs).toMatchObject([{ stage: "closed", state: "stopped", num_running: 0, num_pending: 0 }]);
        expect(images.map(({ attributes }) => attributes)).toEqual(
          states.map((unit) => (unit === "done" ? { seen: true } : {})),
        );
      });
    },
  );
});

test("the undisturbed run does what the workflow says, so that the comparison means something", () => {
  expect(undisturbed).toMatchObject({
    state: "done",
    leases: 0,
    runs: [{ num_done: 3 }, { num_done: 4, num_new_images: 3 }, { num_done: 1 }],
  });
  expect(undisturbed.units.every(({ state, accepted }) => state === "done" && accepted === 1)).toBe(true);
  expect(undisturbed.images.map(({ zarr_url, removed }) => [zarr_url, removed])).toEqual([
    ["/a", false],
    ["/b", false],
    ["/c", false],
    ["/a-flat", true],
    ["/b-flat", false],
    ["/c-flat", false],
  ]);
  expect(undisturbed.calls).toEqual(["0 /a", "0 /b", "0 /c", "1 /a", "1 /b", "1 /c", "1 all", "2 all"]);
});
