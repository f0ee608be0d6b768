import { expect, test } from "vitest";
import { hardSchemas } from "@/e2e/support/hard-schemas";
import { findSchemaProblem } from "@/server/platform/schema-check";

test("a reference that leads nowhere is a problem; a pattern that only Python reads, or a hard schema, is none", () => {
  expect(findSchemaProblem({ properties: { a: { $ref: "#/$defs/Gone" } } })?.reason).toContain(
    "#/$defs/Gone",
  );
  expect(findSchemaProblem({ properties: { a: { pattern: "(?P<year>\\d{4})\\Z" } } })).toBeNull();
  const refused = hardSchemas
    .filter(({ schema }) => findSchemaProblem(schema) !== null)
    .map(({ name }) => name);
  expect(refused).toEqual(["broken-keywords", "falls-back-dangling", "falls-back-remote"]);
});

test.each([
  ["an unknown type", { properties: { x: { type: "nummer" } } }, ["properties", "x", "type"]],
  ["a list of names that is none", { required: "x" }, ["required"]],
  ["a reference to nothing", { properties: { x: { $ref: "#/$defs/Gone" } } }, []],
])("%s: not a JSON Schema, and where", (_, schema, path) => {
  expect(findSchemaProblem({ type: "object", ...schema })?.path).toEqual(path);
});

test("what either draft in use accepts is a JSON Schema", () => {
  const tuple = { items: [{ type: "integer" }, { type: "string" }] };
  const definitions = {
    properties: { x: { $ref: "#/definitions/X" } },
    definitions: { X: { type: "string" } },
  };
  const prefix = { prefixItems: [{ type: "integer" }], $defs: { X: {} } };
  for (const schema of [tuple, definitions, prefix, { $schema: "https://example.org/unknown" }])
    expect(findSchemaProblem(schema)).toBeNull();
});
