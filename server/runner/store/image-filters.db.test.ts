/**
 * The filters run in SQL; the rule is `matchesFilters`. They must agree on every image and every filter, and the law of
 * filters (runner specification §1) is one of SQL.
 */
import fc from "fast-check";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageConditions } from "@/db/image-filters";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { Image, ImageFilters } from "@/server/contracts/image";
import { matchesFilters } from "@/server/domain/images/filter";
import { addTestImages, makeWorld } from "../testing";
import type { World } from "../testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
beforeAll(async () => {
  t = await createTestDb();
  world = await makeWorld(t.db);
});
afterAll(() => t.drop());

const value = fc.constantFrom<string | number | boolean>("A1", "true", "1", 1, 0, 2.5, true, false, "q'\"%_");
const attributes = fc.dictionary(fc.constantFrom("well", "n", "it's"), value, { noNullPrototype: true });
const types = fc.dictionary(fc.constantFrom("is_3D", "ic"), fc.boolean(), { noNullPrototype: true });
const filters = fc.record({
  type_filters: types,
  attribute_filters: fc.dictionary(
    fc.constantFrom("well", "n", "it's"),
    fc.array(value, { minLength: 1, maxLength: 3 }),
    { noNullPrototype: true },
  ),
});

const lists = fc.array(fc.record({ attributes, types }), { maxLength: 12 });

/** The list of the dataset is these from now on, in this order. */
async function setList(images: readonly Image[]): Promise<void> {
  await t.db.delete(tables.images).where(eq(tables.images.dataset_id, world.dataset.id));
  if (images.length > 0) await addTestImages(world, [...images]);
}
/** What a task with these filters gets, whole. */
async function select(chosen: ImageFilters): Promise<Image[]> {
  const rows = await t.db.execute<Image>(
    sql`SELECT zarr_url, origin, attributes, types FROM image WHERE ${imageConditions(world.dataset.id, chosen)} ORDER BY position`,
  );
  return [...rows];
}
const imagesOf = (samples: readonly Pick<Image, "attributes" | "types">[]): Image[] =>
  samples.map((one, n) => ({ zarr_url: `/z/${n}`, origin: null, ...one }));

test("SQL and the rule select the same images, of any list", async () => {
  await fc.assert(
    fc.asyncProperty(lists, fc.array(filters, { minLength: 5, maxLength: 5 }), async (samples, several) => {
      const images = imagesOf(samples);
      await setList(images);
      for (const chosen of several)
        expect(await select(chosen)).toEqual(images.filter((one) => matchesFilters(one, chosen)));
    }),
    { numRuns: 100 },
  );
});

test("of a long list too", async () => {
  const images = imagesOf(fc.sample(fc.record({ attributes, types }), { numRuns: 200, seed: 1 }));
  await setList(images);
  await fc.assert(
    fc.asyncProperty(filters, async (chosen) => {
      expect(await select(chosen)).toEqual(images.filter((one) => matchesFilters(one, chosen)));
    }),
    { numRuns: 100 },
  );
});

test("idempotence of filters: a list of what has passed passes again, all of it and in its order", async () => {
  await fc.assert(
    fc.asyncProperty(lists, filters, async (samples, chosen) => {
      await setList(imagesOf(samples));
      const passed = await select(chosen);
      await setList(passed);
      expect(await select(chosen)).toEqual(passed);
    }),
    { numRuns: 100 },
  );
});
