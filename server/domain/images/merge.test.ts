import { describe, expect, test } from "vitest";
import { Image, TaskOutputImage } from "../../contracts/image";
import { matchesFilters, mergeTypeFilters } from "./filter";
import { applyUpdates, collectOutputs, includeByDefault } from "./merge";
import { parseTaskOutput } from "./output";

const ZARR_DIR = "/z";
const image = (zarr_url: string, rest: object = {}): Image => Image.parse({ zarr_url, ...rest });
const update = (zarr_url: string, rest: object = {}) => TaskOutputImage.parse({ zarr_url, ...rest });
const listOf = (...images: Image[]) => new Map(images.map((one) => [one.zarr_url, one]));
const output = (updates: object[], removals: string[] = []) => {
  const parsed = parseTaskOutput({ image_list_updates: updates, image_list_removals: removals });
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.output;
};
const collect = (outputs: ReturnType<typeof output>[], known: string[] = []) =>
  collectOutputs(
    outputs.map((one, index) => ({ unitId: index, output: one })),
    new Set(known),
    ZARR_DIR,
    (unitId) => `call ${unitId}`,
  );

describe("the worked examples of the runner specification, §1.12", () => {
  test("A: a converter adds its image, without the trailing slash", () => {
    const { updates } = collect([
      output([
        {
          zarr_url: "/z/p.zarr/B/03/0/",
          types: { is_3D: true },
          attributes: { plate: "p.zarr", well: "B03" },
        },
      ]),
    ]);
    expect(applyUpdates(new Map(), updates, {}).added).toEqual([
      image("/z/p.zarr/B/03/0", { types: { is_3D: true }, attributes: { plate: "p.zarr", well: "B03" } }),
    ]);
  });

  const TEN = Array.from({ length: 10 }, (_, n) => `/z/${n}`);
  const flip = { ic: true };
  /** The list after a parallel task over `TEN` whose calls returned `returned`; null: the call failed. */
  const afterTask = (returned: readonly (object[] | null)[]) => {
    const current = listOf(...TEN.map((zarr_url) => image(zarr_url, { attributes: { well: "A1" } })));
    const { updates } = collect(
      returned.map((some) => output(some ?? [])),
      TEN,
    );
    const units = TEN.map((zarr_url, n) => ({ zarr_url, isDone: returned[n] !== null }));
    const included = includeByDefault(TEN, units, false).map((zarr_url) => update(zarr_url));
    const { changed, added } = applyUpdates(current, updates.length > 0 ? updates : included, flip);
    return { list: [...listOf(...current.values(), ...changed, ...added).values()], changed, added };
  };
  const selected = (list: Image[]) =>
    list.filter((one) => matchesFilters(one, { type_filters: { ic: false }, attribute_filters: {} }));

  test("B: a task in place that returns nothing marks every image; a second run finds none", () => {
    const { list, added } = afterTask(TEN.map(() => []));
    expect(added).toEqual([]);
    expect(list).toEqual(TEN.map((url) => image(url, { attributes: { well: "A1" }, types: flip })));
    expect(selected(list)).toEqual([]);
  });

  test("C: the same task beside the originals adds images that inherit, and leaves the originals", () => {
    const { list, changed, added } = afterTask(TEN.map((origin) => [{ zarr_url: `${origin}_corr`, origin }]));
    expect(changed).toEqual([]);
    expect(added).toEqual(
      TEN.map((origin) => image(`${origin}_corr`, { origin, attributes: { well: "A1" }, types: flip })),
    );
    expect(selected(list).map((one) => one.zarr_url)).toEqual(TEN);
  });

  test("J: of ten calls in place the one that failed leaves its image as it was, to be run again", () => {
    const { list } = afterTask(TEN.map((_, n) => (n === 7 ? null : [])));
    expect(selected(list).map((one) => one.zarr_url)).toEqual(["/z/7"]);
  });

  test("K: if some calls return their image and others nothing, only what was returned is touched", () => {
    const { list } = afterTask(TEN.map((zarr_url, n) => (n < 5 ? [{ zarr_url }] : [])));
    expect(selected(list).map((one) => one.zarr_url)).toEqual(TEN.slice(5));
  });

  test("D: a projection inherits from its origin; its own values and the output types win", () => {
    const raw = image("/z/p.zarr/B/03/0", {
      attributes: { plate: "p.zarr", well: "B03" },
      types: { is_3D: true, illumination_corrected: true },
    });
    const { added } = applyUpdates(
      listOf(raw),
      [
        update("/z/p_mip.zarr/B/03/0", {
          origin: raw.zarr_url,
          attributes: { plate: "p_mip.zarr" },
          types: { is_3D: false },
        }),
      ],
      { is_3D: false },
    );
    expect(added[0]).toEqual({
      zarr_url: "/z/p_mip.zarr/B/03/0",
      origin: "/z/p.zarr/B/03/0",
      attributes: { plate: "p_mip.zarr", well: "B03" },
      types: { is_3D: false, illumination_corrected: true },
    });
  });

  test("F: a null attribute removes; an absent one is no error; a new image simply lacks it", () => {
    const list = listOf(image("/z/i", { attributes: { k: 1, j: 2 } }));
    const { changed, added } = applyUpdates(
      list,
      [
        update("/z/i", { attributes: { k: null, absent: null } }),
        update("/z/n", { attributes: { k: null } }),
      ],
      {},
    );
    expect(changed[0]?.attributes).toEqual({ j: 2 });
    expect(added[0]?.attributes).toEqual({});
  });

  test("G: an image that is derived again starts from its new origin and keeps nothing of its own", () => {
    const list = listOf(
      image("/z/3d", { types: { is_3D: true, ic: true } }),
      image("/z/2d", { types: { is_3D: false, ic: true, extra: true } }),
    );
    const { changed } = applyUpdates(
      list,
      [update("/z/2d", { origin: "/z/3d", types: { is_3D: false, x: false } })],
      {},
    );
    expect(changed[0]?.types).toEqual({ is_3D: false, ic: true, x: false });
  });

  test("H: equal records of two calls are one; different ones fail both calls and nobody else", () => {
    const same = collect([
      output([{ zarr_url: "/z/a", attributes: { c: 0 } }]),
      output([{ zarr_url: "/z/a", attributes: { c: 0 } }]),
    ]);
    expect(same.updates).toHaveLength(1);
    expect(same.rejected.size).toBe(0);
    const different = collect([
      output([{ zarr_url: "/z/a", attributes: { c: 0 } }]),
      output([{ zarr_url: "/z/a", attributes: { c: 1 } }]),
      output([{ zarr_url: "/z/b" }]),
    ]);
    expect([...different.rejected.keys()]).toEqual([0, 1]);
    expect(different.rejected.get(0)?.why).toContain("call 1");
    expect(different.updates.map((one) => one.zarr_url)).toEqual(["/z/b"]);
  });

  test("I: an unknown origin is tolerated and kept as given", () => {
    const { added } = applyUpdates(new Map(), [update("/z/n", { origin: "/z/missing" })], {});
    expect(added[0]).toEqual(image("/z/n", { origin: "/z/missing" }));
  });

  test("L: a call that removes what another updates fails with it", () => {
    const { rejected, updates, removals } = collect(
      [output([], ["/z/a"]), output([{ zarr_url: "/z/a" }])],
      ["/z/a"],
    );
    expect([...rejected.keys()].sort()).toEqual([0, 1]);
    expect([updates, removals]).toEqual([[], []]);
  });
});

test("a folder whose name only begins like zarr_dir is outside of it", () => {
  expect(collect([output([{ zarr_url: "/z2/x" }])]).rejected.get(0)?.kind).toBe("bad_output");
  expect(collect([output([{ zarr_url: "/z" }])]).rejected.get(0)?.kind).toBe("bad_output");
});

test("a call whose output cannot be stored does not take those with it that it contradicts", () => {
  const x = { zarr_url: "/z/x", attributes: { v: 1 } };
  const others = [output([x]), output([], ["/z/known"])];
  const bad = output([{ ...x, attributes: { v: 2 } }, { zarr_url: "/elsewhere" }, { zarr_url: "/z/known" }]);
  const { updates, removals, rejected } = collect([...others, bad], ["/z/known"]);
  expect([...rejected].map(([unitId, { kind }]) => [unitId, kind])).toEqual([[2, "bad_output"]]);
  expect([updates.map((one) => one.attributes), removals]).toEqual([[{ v: 1 }], ["/z/known"]]);
});

test("an image that only a rejected call would have added cannot be removed", () => {
  const { rejected, removals } = collect([
    output([{ zarr_url: "/z/n" }], ["/z/missing"]),
    output([], ["/z/n"]),
  ]);
  expect([...rejected.keys()]).toEqual([0, 1]);
  expect(removals).toEqual([]);
});

test("removing an image that is not in the list fails that call only", () => {
  const { rejected, removals } = collect([output([], ["/z/a"]), output([], ["/z/b"])], ["/z/b"]);
  expect(rejected.get(0)?.why).toContain("Cannot remove missing image");
  expect(removals).toEqual(["/z/b"]);
});

describe("default inclusion", () => {
  const inputs = ["/z/a", "/z/b", "/z/c"];
  test("leaves out what a failed call names", () => {
    const units = inputs.map((zarr_url) => ({ zarr_url, isDone: zarr_url !== "/z/b" }));
    expect(includeByDefault(inputs, units, false)).toEqual(["/z/a", "/z/c"]);
  });
  test("a failed call over the whole list includes nothing", () => {
    expect(includeByDefault(inputs, [{ zarr_url: null, isDone: false }], false)).toEqual([]);
  });
  test("compound: images that no item names are included only if no item failed", () => {
    expect(includeByDefault(inputs, [{ zarr_url: "/z/a", isDone: true }], true)).toEqual(inputs);
    expect(
      includeByDefault(
        inputs,
        [
          { zarr_url: "/z/a", isDone: true },
          { zarr_url: "/z/b", isDone: false },
        ],
        true,
      ),
    ).toEqual(["/z/a"]);
  });
});

test("filters of the user that contradict the task are named", () => {
  expect(mergeTypeFilters({ a: true }, { b: false })).toEqual({ ok: true, filters: { a: true, b: false } });
  expect(mergeTypeFilters({ a: true }, { a: false })).toEqual({ ok: false, key: "a" });
});

test.each([
  [{ filters: {} }, "filters"],
  [
    { image_list_updates: [{ zarr_url: "a" }] },
    "image_list_updates.0.zarr_url: URLs must begin with '/' or 's3://'.",
  ],
  [{ image_list_updates: [{ zarr_url: "/z/../a" }] }, "must not contain"],
  [{ image_list_updates: [{ zarr_url: "/z/a", types: { t: null } }] }, "image_list_updates.0.types.t"],
  [
    JSON.parse('{"image_list_updates": [{"zarr_url": "/z/a", "attributes": {"seed": 9007199254740993}}]}'),
    "image_list_updates.0.attributes.seed: Is too large to be kept exactly",
  ],
  [[1], "expected object"],
])("the output %j is refused with its path and reason", (raw, why) => {
  const parsed = parseTaskOutput(raw);
  expect(parsed).toMatchObject({ ok: false });
  expect(parsed.ok ? "" : parsed.why.toLowerCase()).toContain(why.toLowerCase());
});

test("unknown keys of an image are ignored, lenient booleans are read", () => {
  expect(output([{ zarr_url: "/z/a", types: { t: 1, u: "no" }, more: 1 }]).image_list_updates).toEqual([
    { zarr_url: "/z/a", origin: null, attributes: {}, types: { t: true, u: false } },
  ]);
});
