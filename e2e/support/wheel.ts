/** Wheels made on the fly: a wheel is a zip with a few files of its own. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";

type Files = Readonly<Record<string, string>>;

/**
 * A pure Python package without dependencies.
 *
 * @param name With underscores, as in the name of the file. @param files Under the folder of the package.
 * @returns Absolute path of the wheel, in a new folder.
 */
export async function makeWheel(name: string, version: string, files: Files): Promise<string> {
  const info = `${name}-${version}.dist-info`;
  const all: Record<string, string> = {
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text])),
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name.replaceAll("_", "-")}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  all[`${info}/RECORD`] = [...Object.keys(all), `${info}/RECORD`].map((file) => `${file},,\n`).join("");
  const folder = await mkdtemp(path.join(tmpdir(), "wheel-"));
  const file = path.join(folder, `${name}-${version}-py3-none-any.whl`);
  await writeFile(file, zip(all));
  return file;
}

/** Entries are stored, not deflated. */
function zip(files: Files): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text, "utf8");
    const label = Buffer.from(name, "utf8");
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(0x0021, 8); // 1980-01-01
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, label, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o644 << 16, 6); // rights
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, tail, label]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, central, Buffer.from("PK\x05\x06", "latin1"), end]);
}
