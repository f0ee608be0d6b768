import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { hardSchemas } from "@/e2e/support/hard-schemas";
import { Manifest } from "@/server/contracts/task";
import { applyEdit, changesBetween, defaultsOf, requiredDefaults, shownValues } from "./schema-values";
import { FormBoundary } from "./FormBoundary";
import type { JsonMap } from "./json";
import { argumentNames } from "./schema-prepare";
import { readNumber } from "./schema-widgets";
import { SchemaForm, type SchemaFormProps } from "./SchemaForm";

const path = "examples/fractal-example-tasks/src/fractal_example_tasks/__FRACTAL_MANIFEST__.json";
const manifest = Manifest.parse(JSON.parse(readFileSync(join(process.cwd(), path), "utf8")));
const parts = manifest.task_list.flatMap((task) =>
  (["non_parallel", "parallel"] as const).flatMap((part) => {
    const schema = task[`args_schema_${part}`];
    return schema ? [{ name: `${task.name}, ${part}`, schema }] : [];
  }),
);

const draw = (props: Partial<SchemaFormProps> & Pick<SchemaFormProps, "schema">) =>
  renderToString(
    <SchemaForm
      version="pydantic_v2"
      label="Arguments"
      value={{}}
      onChange={() => undefined}
      onUnfinished={() => undefined}
      {...props}
    />,
  );

test.each(parts)("every argument of $name has a label", ({ schema }) => {
  const html = draw({ schema });
  expect(html).not.toContain("edited as JSON instead");
  const properties = schema["properties"] as Record<string, { title: string }>;
  for (const name of argumentNames(schema))
    expect(html).toContain((properties[name]?.title ?? name).replace(/ \([^)]+\)$/, ""));
  for (const managed of ["Zarr Url", "Init Args", "Zarr Dir"]) expect(html).not.toContain(managed);
});

const all = {
  type: "object",
  properties: {
    text: { type: "string", title: "Some text" },
    size: { type: "number", title: "Size (µm)", default: 1.5 },
    flag: { type: "boolean", title: "A flag", default: false },
    mode: { enum: ["a", "b"], title: "Mode", default: "a" },
    list: { type: "array", title: "A list", items: { type: "string" }, default: ["x"] },
    pair: {
      type: "array",
      title: "A pair",
      prefixItems: [{ type: "integer" }, { type: "integer" }],
      default: [1, 2],
    },
    maybe: { anyOf: [{ type: "integer" }, { type: "null" }], title: "Maybe", default: null },
    group: { $ref: "#/$defs/Group", title: "A group" },
    either: {
      title: "Either",
      anyOf: [
        { type: "string", title: "By name" },
        { type: "integer", title: "By number" },
      ],
    },
    free: { type: "object", title: "Free entries", additionalProperties: { type: "string" } },
  },
  required: ["text", "group"],
  $defs: {
    Group: { type: "object", properties: { depth: { type: "integer", title: "Depth", default: 2 } } },
  },
};

test("every kind of value is drawn, with the default beside what differs from it", () => {
  const html = draw({ schema: all, value: { size: 2, free: { key: "value" } } });
  for (const word of [
    "Some text",
    "A flag",
    "Add to a list",
    "By name",
    "Depth",
    "Free entries",
    "default 1.5",
  ])
    expect(html).toContain(word);
});

test("a missing argument is called so only when that is asked for", () => {
  expect(draw({ schema: all })).not.toContain("Is required.");
  expect(draw({ schema: all, showMissing: true })).toContain("Is required.");
});

test("the server's reason stands at its field", () => {
  expect(draw({ schema: all, problems: { size: "Too large for this machine." } })).toContain(
    "Too large for this",
  );
});

test("a schema that cannot be drawn is edited as JSON, and says why", () => {
  const html = draw({ schema: { properties: { a: { $ref: "#/$defs/Gone" } } }, value: { a: 1 } });
  expect(html).toContain("edited as JSON instead");
  expect(html).toContain("#/$defs/Gone");
  expect(html).toContain("textarea");
});

const edit = (stored: JsonMap, change: (shown: JsonMap) => JsonMap) => {
  const shown = shownValues(all, stored);
  return applyEdit(all, stored, shown, change(shown));
};

test("an edit changes what it is about, and nothing else that is stored", () => {
  const stored = { unknown: [1], size: 1.5, maybe: null, text: "t", list: ["x", "y"] };
  expect(edit(stored, (shown) => ({ ...shown, flag: true }))).toEqual({ ...stored, flag: true });
  expect(Object.keys(edit(stored, (shown) => ({ ...shown, text: "u" })))).toEqual(Object.keys(stored));
  expect(edit(stored, (shown) => ({ ...shown, list: ["y"] }))).toEqual({ ...stored, list: ["y"] });
});

test("a part of a group takes its group along only where the group was not stored", () => {
  expect(edit({}, (shown) => ({ ...shown, group: { depth: 3 } }))).toEqual({ group: { depth: 3 } });
  const stored = { group: { depth: 2, extra: 1 } };
  expect(edit(stored, (shown) => ({ ...shown, group: { depth: 4, extra: 1 } }))).toEqual({
    group: { depth: 4, extra: 1 },
  });
});

test("what goes back to its default is not stored; a cleared field neither; null is", () => {
  expect(edit({ size: 2, text: "t" }, (shown) => ({ ...shown, size: 1.5 }))).toEqual({ text: "t" });
  expect(edit({ size: 2, text: "t" }, (shown) => ({ ...shown, text: undefined }))).toEqual({ size: 2 });
  expect(edit({ maybe: 3 }, (shown) => ({ ...shown, size: null }))).toEqual({ maybe: 3, size: null });
});

const v1 = hardSchemas.find(({ name }) => name === "v1-optional");
const leftOut = (html: string) =>
  [...html.matchAll(/aria-label="Leave out: ([^"]+)"/g)].map(([, name]) => name);

test("every optional argument without default that is given can be left out again", () => {
  const { schema = {}, version = "", valid = [] } = v1 ?? {};
  const [every = {}] = valid;
  const titles = Object.values(schema["properties"] as Record<string, { title: string }>).map(
    ({ title }) => title,
  );
  // Of a group also its optional member; of a union not the branch once more.
  const inOrder = titles.flatMap((title) => (title === "Crop" ? ["Crop", "Note"] : [title]));
  expect(leftOut(draw({ schema, version, value: every }))).toEqual(inOrder);
  expect(leftOut(draw({ schema, version, value: { target: "name" } }))).toEqual(["Target"]);
  expect(leftOut(draw({ schema, version, value: {} }))).toEqual([]);
  expect(leftOut(draw({ schema, version, value: every, readOnly: true }))).toEqual([]);
  // With a default there is the way back to that; what is required is never left out.
  const given = {
    size: 2,
    flag: true,
    list: [],
    maybe: 3,
    text: "t",
    group: { depth: 1 },
    either: 5,
    free: {},
  };
  expect(leftOut(draw({ schema: all, value: given }))).toEqual(["Either", "Free entries"]);
});

test("an optional group that an edit empties is not stored; one that is empty on purpose is", () => {
  const optional = {
    type: "object",
    properties: {
      outer: {
        type: "object",
        properties: {
          crop: { type: "object", properties: { width: { type: "integer" } }, required: ["width"] },
          note: { type: "string" },
        },
      },
      maybe: { anyOf: [{ type: "object", properties: { a: { type: "integer" } } }, { type: "null" }] },
      json: { type: "object" },
      rows: { type: "array", items: { type: "object", properties: { crop: { $ref: "#/$defs/C" } } } },
      needed: { type: "object", properties: { a: { type: "integer" } } },
    },
    required: ["needed"],
    $defs: { C: { type: "object", properties: { width: { type: "integer" } } } },
  };
  const after = (stored: JsonMap, next: JsonMap) => {
    const shown = shownValues(optional, stored);
    return applyEdit(optional, stored, shown, { ...shown, ...next });
  };
  expect(after({ outer: { crop: { width: 1 }, note: "n" } }, { outer: { crop: {}, note: "n" } })).toEqual({
    outer: { note: "n" },
  });
  expect(after({ outer: { crop: { width: 1 } } }, { outer: { crop: { width: undefined } } })).toEqual({});
  expect(after({}, { outer: { note: undefined } })).toEqual({});
  const rows = [{ crop: { width: 1 } }, { crop: {} }];
  expect(after({ rows }, { rows: [{ crop: {} }, { crop: {} }] })).toEqual({ rows: [{}, { crop: {} }] });
  // What was stored empty stays when something else is edited.
  expect(after({ outer: {} }, { json: {} })).toEqual({ outer: {}, json: {} });
  expect(after({ maybe: { a: 1 } }, { maybe: {} })).toEqual({ maybe: {} });
  expect(after({ maybe: null }, { maybe: {} })).toEqual({ maybe: {} });
  expect(after({ needed: { a: 1 } }, { needed: {} })).toEqual({ needed: {} });
});

test("a group that may be null is open when it is set, whatever its members begin with", () => {
  const folds = (value: JsonMap) =>
    [...draw({ schema: nullable, value }).matchAll(/<details([^>]*)>/g)].map(([, tag = ""]) =>
      / open/.test(tag),
    );
  const nullable = {
    properties: {
      maybe: {
        title: "Maybe",
        anyOf: [{ type: "object", properties: { a: { type: "integer" } } }, { type: "null" }],
        default: null,
      },
      plain: { title: "Plain", type: "object", properties: { b: { type: "integer" } } },
    },
  };
  expect(folds({})).toEqual([false]);
  expect(folds({ maybe: {} })).toEqual([true, false]);
  expect(folds({ plain: { b: 1 } })).toEqual([true]);
});

test("a new workflow task carries what it is refused without", () => {
  expect(defaultsOf(all)).toMatchObject({ size: 1.5, list: ["x"], pair: [1, 2], group: { depth: 2 } });
  expect(requiredDefaults(all)).toEqual({ group: { depth: 2 } });
});

test("a change is told with both values, the default where none is stored", () => {
  expect(changesBetween(all, {}, { size: 2, list: [] })).toEqual([
    { name: "size", title: "Size (µm)", before: "1.5", after: "2" },
    { name: "list", title: "A list", before: "x", after: "an empty list" },
  ]);
});

test.each([
  ["5", 5],
  [" -1.50 ", -1.5],
  ["1e3", 1000],
  ["9007199254740991", 9007199254740991],
  ["9007199254740993", "9007199254740993"],
  ["1e999", "1e999"],
  ["5abc", "5abc"],
  ["0x10", "0x10"],
  [".5", 0.5],
])("typed %j is %j, never a number that nobody typed", (typed, read) => {
  expect(readNumber(typed)).toBe(read);
});

test("a form that breaks is replaced by JSON with the values, and says so in the log", () => {
  const logged = vi.fn();
  vi.stubGlobal("reportError", logged);
  expect(FormBoundary.getDerivedStateFromError(new Error("Boom."))).toEqual({ reason: "Boom." });
  const boundary = new FormBoundary({ label: "Arguments", children: null, fallback: (reason) => reason });
  boundary.componentDidCatch(new Error("Boom."), { componentStack: "" });
  expect(logged).toHaveBeenCalledWith(
    expect.objectContaining({
      message: expect.stringContaining('"Arguments" broke') as string,
      cause: new Error("Boom."),
    }),
  );
  boundary.state = { reason: "Boom." };
  expect(boundary.render()).toBe("Boom.");
});
