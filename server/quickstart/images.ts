import { existsSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { childEnvironment } from "@/server/environments/commands";
import { EXIT, Refusal } from "./exit-codes.mjs";

const Folder = z.object({
  files: z.number(),
  /** z-planes of a field. */
  planes: z.number(),
  channels: z.number(),
  wells: z.array(z.object({ path: z.string(), fields: z.number() })),
});

/** Raw images, as the converter will see them. */
export type RawImages = z.infer<typeof Folder> & { readonly folder: string; readonly isSimulated: boolean };

type Place = { root: string; dataDir: string; python: string };
const childOptions = { env: childEnvironment(process.env), extendEnv: false, stdin: "ignore" } as const;

/** @throws Refusal with the sentence of the task package. */
export async function inspectImages(
  { root, python }: Place,
  folder: string,
  isSimulated: boolean,
): Promise<RawImages> {
  try {
    const script = path.join(root, "server/quickstart/inspect_images.py");
    const { stdout } = await execa(python, ["-I", script, folder], childOptions);
    return { ...Folder.parse(JSON.parse(stdout)), folder, isSimulated };
  } catch (err) {
    throw new Refusal(EXIT.images, (err as { stderr?: string }).stderr ?? String(err));
  }
}

/**
 * Files of the simulated microscope; the same options give the same folder, and files that are there stay.
 *
 * @throws Refusal if the options are wrong.
 */
export async function simulateImages(
  place: Place,
  options: { wells: string | undefined; size: string | undefined },
): Promise<RawImages> {
  const { wells = "A01,A02,B01,B02", size = "256" } = options;
  const folder = path.join(
    place.dataDir,
    "quickstart",
    `simulated-images_${wells.replace(/[^A-Za-z0-9]+/g, "-")}_${size}`,
  );
  // Written last, so a folder without it is not complete.
  if (!existsSync(path.join(folder, "microscope.json"))) {
    const script = path.join(place.root, "examples/simulated-microscope/simulate.py");
    const args = ["--out", folder, "--wells", wells, "--size", size];
    await execa(place.python, ["-I", script, ...args], { ...childOptions, all: true }).catch(
      (err: unknown) => {
        const output = (err as { all?: string }).all ?? String(err);
        throw new Refusal(EXIT.images, "The simulated microscope failed, see above.", output);
      },
    );
  }
  return inspectImages(place, folder, true);
}

/** `4 wells × 2 fields × 3 planes`; fields may differ from well to well. */
export function describeImages({ files, planes, wells }: RawImages): string {
  const fields = wells.reduce((sum, well) => sum + well.fields, 0);
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  return [
    count(files, "file"),
    count(wells.length, "well"),
    count(fields, "field"),
    count(planes, "plane"),
  ].join(", ");
}
