/** The filters run in SQL; the rule is `matchesFilters`. They must agree on every image and every filter. */
import fc from "fast-check";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { imageConditions } from "@/db/image-filters";
import { createTestDb } from "@/db/testing";
import type { Image } from "@/server/contracts/image";
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

test("SQL and the rule select the same images", async () => {
  const samples = fc.sample(fc.record({ attributes, types }), { numRuns: 200, seed: 1 });
  const images: Image[] = samples.map((one, n) => ({ zarr_url: `/z/${n}`, origin: null, ...one }));
  await addTestImages(world, images);
  await fc.assert(
    fc.asyncProperty(filters, async (chosen) => {
      const rows = await t.db.execute<{ zarr_url: string }>(
        sql`SELECT zarr_url FROM image WHERE ${imageConditions(world.dataset.id, chosen)} ORDER BY position`,
      );
      const expected = images.filter((one) => matchesFilters(one, chosen)).map((one) => one.zarr_url);
      expect([...rows].map((row) => row.zarr_url)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
