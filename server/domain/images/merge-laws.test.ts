/**
 * Laws of the image list (runner specification §1), for any list and any outputs. The one about filters, which run in
 * SQL, is in `server/runner/store/image-filters.db.test.ts`.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AttributeValue, Image, TaskOutputImage } from "../../contracts/image";
import { matchesFilters } from "./filter";
import { applyUpdates, collectOutputs } from "./merge";

const URLS = ["/z/a", "/z/b", "/z/c", "/z/d", "/z/e"];
const url = fc.constantFrom(...URLS);
const flags = fc.dictionary(fc.constantFrom("is_3D", "ic"), fc.boolean());
const value = fc.oneof(fc.integer({ max: 3 }), fc.constantFrom("A1", "B1"), fc.boolean());
const attributes = fc.dictionary(fc.constantFrom("well", "n"), value);
const withNulls = fc.dictionary(fc.constantFrom("well", "n"), fc.option(value));
const byUrl = { selector: (one: { zarr_url: string }) => one.zarr_url };
const list = fc.uniqueArray(
  fc.record({ zarr_url: url, origin: fc.constant(null), attributes, types: flags }),
  byUrl,
);
const returned = (origin: fc.Arbitrary<string | null>, from = url) =>
  fc.record({ zarr_url: from, origin, attributes: withNulls, types: flags });
const anyOrigin = fc.option(fc.oneof(url, fc.constant("/elsewhere")));
const updates = fc.uniqueArray(returned(anyOrigin), byUrl);

const listOf = (images: readonly Image[]) => new Map(images.map((one) => [one.zarr_url, one]));
/** The whole list after the updates: changed images keep their place, new ones come last. */
const after = (images: readonly Image[], some: readonly TaskOutputImage[], outputTypes = {}) => {
  const { changed, added } = applyUpdates(listOf(images), some, outputTypes);
  return [...listOf([...images, ...changed, ...added]).values()];
};
const collect = (outputs: { image_list_updates: TaskOutputImage[]; image_list_removals: string[] }[]) =>
  collectOutputs(
    outputs.map((output, unitId) => ({ unitId, output })),
    new Set(["/z/a", "/z/b"]),
    "/z",
    (unitId) => `call ${unitId}`,
  );
const outputs = fc.array(
  fc.record({
    image_list_updates: fc.array(returned(fc.constant(null)), { maxLength: 2 }),
    image_list_removals: fc.array(url, { maxLength: 1 }),
  }),
);

test("order kept: of the list, of what a filter passes, and of what the calls return", () => {
  fc.assert(
    fc.property(list, updates, outputs, flags, (images, some, all, type_filters) => {
      const urls = after(images, some).map((one) => one.zarr_url);
      const known = images.map((one) => one.zarr_url);
      expect(urls.slice(0, known.length)).toEqual(known);
      expect(urls.slice(known.length)).toEqual(
        some.map((one) => one.zarr_url).filter((one) => !known.includes(one)),
      );

      const passed = images.filter((one) => matchesFilters(one, { type_filters, attribute_filters: {} }));
      expect(passed).toEqual(
        images.filter((one) => Object.entries(type_filters).every(([k, v]) => Boolean(one.types[k]) === v)),
      );

      const { updates: merged, rejected } = collect(all);
      const first = all
        .filter((_, unitId) => !rejected.has(unitId))
        .flatMap((output) => output.image_list_updates.map((one) => one.zarr_url));
      expect(merged.map((one) => one.zarr_url)).toEqual([...new Set(first)]);
    }),
  );
});

test("disjoint updates commute: neither names an image of the other, not even as an origin", () => {
  const [left, right, shared] = [URLS.slice(0, 2), URLS.slice(2, 4), URLS.slice(4)];
  const part = (own: string[]) =>
    fc.uniqueArray(returned(fc.option(fc.constantFrom(...own, ...shared)), fc.constantFrom(...own)), byUrl);
  fc.assert(
    fc.property(list, part(left), part(right), flags, (images, one, other, outputTypes) => {
      const both = listOf(after(images, [...one, ...other], outputTypes));
      expect(listOf(after(images, [...other, ...one], outputTypes))).toEqual(both);
      expect(listOf(after(after(images, one, outputTypes), other, outputTypes))).toEqual(both);
    }),
  );
});

test("null unsets: the attribute is gone, the others are what was returned, else what was there", () => {
  fc.assert(
    fc.property(list, fc.uniqueArray(returned(fc.constant(null)), byUrl), (images, some) => {
      const before = listOf(images);
      const now = listOf(after(images, some));
      for (const { zarr_url, attributes: given } of some) {
        const expected: Record<string, AttributeValue> = {};
        for (const name of ["well", "n"]) {
          const wanted = Object.hasOwn(given, name) ? given[name] : before.get(zarr_url)?.attributes[name];
          if (wanted !== undefined && wanted !== null) expected[name] = wanted;
        }
        expect(now.get(zarr_url)?.attributes).toEqual(expected);
      }
    }),
  );
});

test("unknown origin tolerated: it is stored as given, and nothing is inherited", () => {
  fc.assert(
    fc.property(list, fc.uniqueArray(returned(fc.constant("/elsewhere")), byUrl), (images, some) => {
      const now = listOf(after(images, some));
      for (const one of some) {
        const given = Object.entries(one.attributes).filter(([, entry]) => entry !== null);
        expect(now.get(one.zarr_url)).toEqual({ ...one, attributes: Object.fromEntries(given) });
      }
    }),
  );
});

test("the same updates twice are the same as once", () => {
  fc.assert(
    fc.property(list, fc.uniqueArray(returned(fc.constant(null)), byUrl), flags, (images, some, types) => {
      const once = after(images, some, types);
      expect(after(once, some, types)).toEqual(once);
    }),
  );
});

test("an error of one call discards nothing of the others: without it the result is the same", () => {
  const bad = returned(fc.constant(null), fc.constant("/elsewhere"));
  fc.assert(
    fc.property(outputs, bad, fc.array(returned(fc.constant(null))), (all, outside, more) => {
      const failing = { image_list_updates: [outside, ...more], image_list_removals: ["/z/a"] };
      const { rejected, ...kept } = collect([...all, failing]);
      expect(rejected.get(all.length)?.kind).toBe("bad_output");
      rejected.delete(all.length);
      expect({ rejected, ...kept }).toEqual(collect(all));
      // Nor does a call that contradicts another change what the rest returned.
      const rest = all.filter((_, unitId) => !rejected.has(unitId));
      const { rejected: none, ...same } = collect(rest);
      expect([none.size, same]).toEqual([0, kept]);
    }),
  );
});
