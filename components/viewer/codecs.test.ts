/** What numcodecs of Python wrote, with every inner compression, shuffle and width of a value. */
import { expect, test } from "vitest";
import { registry } from "zarrita";
import samples from "@/e2e/support/ome-zarr/blosc.json";
import { decodeBlosc } from "./blosc";
import { registerCodecs } from "./codecs";

const RAW = Uint8Array.from({ length: 5_000 }, (_, i) => (i < 3000 ? ((i * i) >> 6) % 251 : 7));
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const isRaw = (bytes: Uint8Array) => Buffer.compare(bytes, RAW) === 0;

test.each(samples.blosc)("$cname, shuffle $shuffle, $typesize bytes a value", async ({ data }) => {
  expect(isRaw(await decodeBlosc(bytesOf(data)))).toBe(true);
});

test.each(["zstd", "lz4", "numcodecs.zstd", "numcodecs.lz4"] as const)(
  "%s alone, by its name",
  async (name) => {
    registerCodecs();
    const codec = (await registry.get(name)?.())?.fromConfig({}, {} as never);
    const decoded: unknown = await codec?.decode(bytesOf(samples[name.endsWith("zstd") ? "zstd" : "lz4"]));
    expect(isRaw(decoded as Uint8Array)).toBe(true);
  },
);

test("what is cut short or foreign is an error, not a wrong picture", async () => {
  const whole = bytesOf(samples.blosc[4]?.data ?? "");
  await expect(decodeBlosc(whole.subarray(0, 100))).rejects.toThrow("cut short");
  await expect(decodeBlosc(whole.subarray(0, 10))).rejects.toThrow("shorter than its header");
  const snappy = whole.slice();
  snappy[2] = (2 << 5) | 1;
  await expect(decodeBlosc(snappy)).rejects.toThrow("compression number 2");
});
