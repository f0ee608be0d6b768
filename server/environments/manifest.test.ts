import path from "node:path";
import { expect, test } from "vitest";
import { Manifest } from "@/server/contracts/task";
import { readManifest, tasksOf } from "./manifest";

const task = { name: "T", executable_parallel: path.basename(import.meta.filename) };
const place = { python: "/venv/bin/python", root: import.meta.dirname, version: "1.0" };

test.each([
  [true, "pydantic_v2", "pydantic_v2"],
  [true, undefined, null],
  [true, "", null],
  [false, "pydantic_v2", null],
])(
  "with has_args_schemas %s and the version %j its tasks have the version %j",
  async (has_args_schemas, args_schema_version, expected) => {
    const manifest = Manifest.parse({
      manifest_version: "2",
      has_args_schemas,
      args_schema_version,
      task_list: [{ ...task, ...(has_args_schemas && { args_schema_parallel: { type: "object" } }) }],
    });
    expect(await tasksOf(manifest, place)).toMatchObject([{ args_schema_version: expected }]);
  },
);

test("a manifest that is named and not there is not called bad JSON", async () => {
  await expect(readManifest(path.join(import.meta.dirname, "gone.json"))).rejects.toThrow(
    /^The manifest of the package cannot be read: ENOENT/,
  );
});
