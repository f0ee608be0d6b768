/** People edit the image list while a task runs: the merge meets their edits key by key (engine specification §11). */
import { writeFile } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { one } from "@/db/rows";
import { images } from "@/db/schema";
import { editImage } from "@/server/services/image/edit";
import { removeImages } from "@/server/services/image/remove";
import { addTestImages, makeJob } from "../testing";
import { endOf, file, listImages, me, runsOf, setUpWorld, t, until, url, world } from "./testing";

setUpWorld();

const imageOf = async (name: string) =>
  one(
    await t.db
      .select()
      .from(images)
      .where(eq(images.zarr_url, url(name))),
  );
/** Both images are worked on, and their calls return when the gate is opened. */
async function atGate(out: object) {
  await addTestImages(world, [
    { zarr_url: url("a"), attributes: { well: "A1", old: 1 }, types: { is_3D: true } },
    { zarr_url: url("b"), attributes: { well: "B1", old: 1 } },
  ]);
  const job = await makeJob(world, [{ type: "parallel", args: { out, wait_for: file("gate") } }]);
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  return {
    ids: { a: (await imageOf("a")).id, b: (await imageOf("b")).id },
    end: async () => {
      await writeFile(file("gate"), "");
      return endOf(job.id);
    },
  };
}
const update = (attributes: object, types: object = {}) => ({
  image_list_updates: [{ zarr_url: "$ZARR_URL", attributes, types }],
});

test("the update of an image that was removed meanwhile is dropped, and the job's log says which", async () => {
  const { ids, end } = await atGate(update({ seen: 1 }));
  await removeImages(me, { dataset_id: world.dataset.id, image_ids: [ids.a] });
  const job = await end();
  expect(job.state).toBe("done");
  const warnings = (job.log ?? "").split("\n").filter((line) => line.includes("WARNING"));
  expect(warnings).toEqual([
    expect.stringMatching(
      new RegExp(
        `- WARNING - The update of ${url("a")} was dropped: the image was removed from the list meanwhile$`,
      ),
    ),
  ]);
  expect(await listImages()).toEqual({ b: { well: "B1", old: 1, seen: 1 } });
  expect((await imageOf("a")).attributes).toEqual({ well: "A1", old: 1 });
});

test("an edit and a result meet key by key: the last writer of a key wins, and nothing else is lost", async () => {
  const { ids, end } = await atGate(update({ seen: "by the task" }, { done: true }));
  const edit = (image_id: number, part: object) =>
    editImage(me, { dataset_id: world.dataset.id, image_id, ...part });
  const { version } = await imageOf("a");
  // Other keys than the task's: one more, one changed, one taken away, and a type.
  await edit(ids.a, {
    attributes: { well: "A2", note: "by a person" },
    types: { is_3D: false, checked: true },
  });
  // The same key.
  await edit(ids.b, { attributes: { well: "B1", seen: "by a person" } });
  expect((await end()).state).toBe("done");
  const types = { done: true };
  expect(await listImages()).toEqual({
    a: { well: "A2", note: "by a person", seen: "by the task", is_3D: false, checked: true, ...types },
    b: { well: "B1", seen: "by the task", ...types },
  });
  expect((await imageOf("a")).version).toBe(version + 2);
  // And the other way round: after the merge, the person is the last writer.
  await edit(ids.b, { attributes: { well: "B1", seen: "by a person" } });
  expect((await listImages())["b"]).toEqual({ well: "B1", seen: "by a person", ...types });
});
