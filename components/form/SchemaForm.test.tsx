import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { Manifest } from "@/server/contracts/task";
import { changesBetween, defaultsOf, requiredDefaults, storedValues } from "./schema-values";
import { argumentNames } from "./schema-prepare";
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
    <SchemaForm dialect="2020-12" label="Arguments" value={{}} onChange={() => undefined} {...props} />,
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

test("only what differs from its default is stored, and required arguments always", () => {
  const filled = defaultsOf(all, "2020-12");
  expect(filled).toMatchObject({ size: 1.5, list: ["x"], pair: [1, 2], group: { depth: 2 } });
  expect(storedValues(all, { ...filled, text: "t", size: 2, flag: undefined }, "2020-12")).toEqual({
    text: "t",
    size: 2,
    group: { depth: 2 },
  });
  expect(requiredDefaults(all, "2020-12")).toEqual({ group: { depth: 2 } });
});

test("a change is told with both values, the default where none is stored", () => {
  expect(changesBetween(all, {}, { size: 2, list: [] }, "2020-12")).toEqual([
    { name: "size", title: "Size (µm)", before: "1.5", after: "2" },
    { name: "list", title: "A list", before: "x", after: "an empty list" },
  ]);
});
