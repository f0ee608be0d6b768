/** What the worker makes of the output file of a unit. */
import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { InitOutput } from "@/server/domain/jobs/protocol";
import { prints, shell, cleanedBatches } from "./testing";

// Starting interpreters on a busy machine takes seconds; no test asserts on time.
vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

const make = cleanedBatches();

describe("outputs", () => {
  async function outcomeOf(output: string, init = false) {
    const batch = await make({ units: [{ argv: prints(output), init }] });
    await batch.run();
    return batch.end(0);
  }

  it("passes an object on unchanged, numbers included", async () => {
    const batch = await make({ units: [{ argv: prints('{"a": [1.0, 1152921504606846976, "ü"]}') }] });
    await batch.run();
    expect(batch.text("results.jsonl")).toContain('"out":{"a":[1.0,1152921504606846976,"\\u00fc"]}');
  });

  it("a missing file and null both mean no output", async () => {
    const batch = await make({ units: [{}, { argv: prints("null") }] });
    await batch.run();
    for (const n of [0, 1]) expect(batch.end(n)).toMatchObject({ exit: 0, reason: null, out: null });
  });

  it.each([
    ["NaN", '{"image_list_updates":[{"attributes":{"x":NaN}}]}', "image_list_updates[0].attributes.x"],
    ["a number too large for a float", '{"a":{"b":1e999}}', "a.b"],
    ["a list", "[1]", "a list"],
    ["a number", "3", "a number"],
    ["true", "true", "true or false"],
    ["broken JSON", '{"a":', "not JSON"],
    ["nothing but an empty file", "", "not JSON"],
    ["a very deep value", "[".repeat(100_000), "nested"],
  ])("%s is a bad output that says where", async (_name, output, detail) => {
    const end = await outcomeOf(output);
    expect(end).toMatchObject({ exit: 0, reason: "bad_output", out: null });
    expect(end.detail).toContain(detail);
  });

  it("bytes that are not UTF-8 are a bad output", async () => {
    const batch = await make({ units: [{ argv: shell(`printf '{"a":"\\377"}' > "$4"`) }] });
    await batch.run();
    expect(batch.end(0)).toMatchObject({
      reason: "bad_output",
      detail: expect.stringContaining("UTF-8") as string,
    });
  });

  it("ignores the output of a unit that failed", async () => {
    const batch = await make({ units: [{ argv: shell(`echo '{"a":1}' > "$4"; exit 3`) }] });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ exit: 3, signal: null, reason: null, out: null });
  });

  // 200 KB is read by the worker itself, 3 MB by a process beside it.
  it.each([200_000, 3_000_000])("stores an output of %d bytes in a file with its hash", async (size) => {
    const script = `printf '{"a":"' > "$4"; head -c ${String(size)} /dev/zero | tr '\\0' x >> "$4"; printf '"}' >> "$4"`;
    const batch = await make({ units: [{ argv: shell(script) }, {}] });
    await batch.run();
    const text = batch.text("out/0.json");
    expect(text).toBe(`{"a":"${"x".repeat(size)}"}`);
    const out_sha256 = createHash("sha256").update(text).digest("hex");
    expect(batch.end(0)).toMatchObject({
      out_file: "out/0.json",
      out_bytes: text.length,
      out_sha256,
      reason: null,
    });
    expect(batch.exit()).toMatchObject({ reason: "complete", ended: 2 });
  });

  it("a large bad output is bad too, and one over 256 MB is refused unread", async () => {
    const long = `printf '[' > "$4"; head -c 3000000 /dev/zero | tr '\\0' 1 >> "$4"`;
    const batch = await make({ units: [{ argv: shell(long) }, { argv: shell(`truncate -s 300M "$4"`) }] });
    await batch.run();
    expect(batch.end(0)).toMatchObject({ reason: "bad_output" });
    expect(batch.end(1)).toMatchObject({
      reason: "bad_output",
      detail: "The output has 300.0 MB; the limit is 256.0 MB.",
    });
  });
});

describe("outputs of init units", () => {
  async function initOf(output: string) {
    const batch = await make({ units: [{ argv: prints(output), init: true }] });
    await batch.run();
    return batch.end(0);
  }

  it("keeps init_args as text, with a key that ignores the order of keys", async () => {
    const item = (args: string) => `{"zarr_url":"/z/A/01/0","init_args":${args}}`;
    const list = [
      item('{"b":1.0,"a":[2]}'),
      item('{"a":[2],"b":1.0}'),
      item('{"a":[2],"b":1}'),
      '{"zarr_url":"/z"}',
    ];
    const end = await initOf(`{"parallelization_list":[${list.join(",")}]}`);
    const { items } = InitOutput.parse(end.out);
    expect(items.map((item) => item.init_args)).toEqual([
      '{"b":1.0,"a":[2]}',
      '{"a":[2],"b":1.0}',
      '{"a":[2],"b":1}',
      "{}",
    ]);
    expect(items[0]?.key).toBe(createHash("sha256").update('{"a":[2],"b":1.0}').digest("hex"));
    expect(items[1]?.key).toBe(items[0]?.key);
    expect(items[2]?.key).not.toBe(items[0]?.key);
  });

  it("an empty object means no items", async () => {
    expect((await initOf("{}")).out).toEqual({ items: [] });
  });

  it.each([
    ['{"image_list_updates":[]}', "image_list_updates"],
    ['{"parallelization_list":{}}', "must be a list"],
    ['{"parallelization_list":[3]}', "parallelization_list[0] must be an object"],
    ['{"parallelization_list":[{"zarr_url":"/a","x":1}]}', "'x' in parallelization_list[0]"],
    ['{"parallelization_list":[{"zarr_url":""}]}', "parallelization_list[0].zarr_url"],
    ['{"parallelization_list":[{"zarr_url":"/a","init_args":null}]}', "parallelization_list[0].init_args"],
    [
      '{"parallelization_list":[{"zarr_url":"/a","init_args":{"k":NaN}}]}',
      "parallelization_list[0].init_args.k",
    ],
  ])("refuses %s", async (output, detail) => {
    const end = await initOf(output);
    expect(end).toMatchObject({ reason: "bad_output", out: null });
    expect(end.detail).toContain(detail);
  });

  it("refuses more than 20,000 items with the number and the limit", async () => {
    const write = (count: number) => [
      "python3",
      "-c",
      `import json,sys; json.dump({"parallelization_list":[{"zarr_url":"/%d" % i} for i in range(${String(count)})]}, open(sys.argv[4],"w"))`,
    ];
    const batch = await make({
      units: [
        { argv: write(20_001), init: true },
        { argv: write(20_000), init: true },
      ],
    });
    await batch.run();
    const detail = "parallelization_list has 20001 items; the limit is 20000.";
    expect(batch.end(0)).toMatchObject({ reason: "bad_output", detail });
    expect(InitOutput.parse(JSON.parse(batch.text("out/1.json"))).items).toHaveLength(20_000);
  });
});
