/** Wheels made on the fly, good ones and bad ones; also for the tests in a browser. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export type WheelSpec = {
  name: string;
  version?: string;
  requires?: string[];
  requires_python?: string;
  extras?: string[];
  /** In its METADATA, if it lies. */
  calls_itself?: string;
  says_version?: string;
  tag?: string;
  /** `undefined`: a manifest with one task; null: none. */
  manifest?: unknown;
  /** Bytes that cannot be packed smaller. */
  large_mb?: number;
  /** Path in the wheel → text. */
  files?: Record<string, string>;
};

const WRITE_WHEEL = `
import json, os, sys, zipfile
folder, text = sys.argv[1:]
spec = json.loads(text)
name, version = spec["name"], spec.get("version", "1.0")
tag = spec.get("tag", "py3-none-any")
info = f"{name}-{version}.dist-info"
metadata = [f"Metadata-Version: 2.1", f"Name: {spec.get('calls_itself', name)}", f"Version: {spec.get('says_version', version)}"]
metadata += [f"Requires-Dist: {line}" for line in spec.get("requires", [])]
metadata += [f"Provides-Extra: {line}" for line in spec.get("extras", [])]
if "requires_python" in spec:
    metadata.append(f"Requires-Python: {spec['requires_python']}")
files = {f"{name}/__init__.py": "", f"{name}/task.py": "", **spec.get("files", {})}
manifest = spec.get("manifest", {"manifest_version": "2", "task_list": [{"name": "T", "executable_parallel": "task.py"}]})
if manifest is not None:
    files[f"{name}/__FRACTAL_MANIFEST__.json"] = manifest if isinstance(manifest, str) else json.dumps(manifest)
files[f"{info}/METADATA"] = "\\n".join(metadata) + "\\n"
files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {tag}\\n"
files[f"{info}/RECORD"] = "".join(f"{file},,\\n" for file in [*files, f"{info}/RECORD"])
path = f"{folder}/{name}-{version}-{tag}.whl"
with zipfile.ZipFile(path, "w") as archive:
    for file, content in files.items():
        archive.writestr(file, content)
    if "large_mb" in spec:
        archive.writestr(f"{name}/large.bin", os.urandom(spec["large_mb"] * 1_000_000))
print(path)
`;

/** @returns Path of a new wheel in this folder. */
export async function writeWheel(folder: string, spec: WheelSpec): Promise<string> {
  await mkdir(folder, { recursive: true });
  return (await run("python3", ["-c", WRITE_WHEEL, folder, JSON.stringify(spec)])).stdout.trim();
}
