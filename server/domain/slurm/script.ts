/** The script of one submission: an array whose elements run one batch each, on one node (engine specification §5). */
import { shellWord } from "./quote";
import { SLURM_OPTIONS } from "./unit-config";
import type { SlurmUnitConfig } from "./unit-config";

export type BatchScript = {
  config: SlurmUnitConfig;
  /** Units side by side in one element. */
  slots: number;
  /** Variable → path below the cache folder. */
  exports: Readonly<Record<string, string>>;
  cacheDir: string;
  /** On the nodes, absolute. */
  python: string;
  worker: string;
  /** Of the submission; the batches are `{folder}/{index}`. */
  folder: string;
};

export function batchScript(script: BatchScript): string {
  const { config, slots, exports, cacheDir, python, worker, folder } = script;
  const isDirective = (line: string) => line.startsWith("#SBATCH");
  const lines = [
    config.shebang,
    `#SBATCH --partition=${config.partition}`,
    `#SBATCH --cpus-per-task=${slots * config.cpus}`,
    config.useMemPerCpu
      ? `#SBATCH --mem-per-cpu=${Math.floor(config.memMb / config.cpus)}M`
      : `#SBATCH --mem=${slots * config.memMb}M`,
    ...SLURM_OPTIONS.flatMap((name) => {
      const value = config.options[name];
      return value === null ? [] : [`#SBATCH --${name}=${value}`];
    }),
    ...config.extraLines.filter(isDirective),
    ...config.extraLines.filter((line) => !isDirective(line)),
    ...Object.entries(exports).map(([name, path]) => `export ${name}=${shellWord(`${cacheDir}/${path}`)}`),
    // In place of the shell: what SLURM sends at the time limit must reach the worker.
    `exec ${shellWord(python)} ${shellWord(worker)} ${shellWord(folder)}/"$SLURM_ARRAY_TASK_ID"`,
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * What the protocol needs whatever the script says: options of the command line are stronger than its lines.
 *
 * @param indices Of the elements, ascending. @param name From `jobName`.
 */
export function sbatchOptions(indices: readonly number[], name: string, folder: string): string[] {
  return [
    "--parsable",
    `--array=${inRanges(indices)}`,
    `--job-name=${name}`,
    `--comment=${name}`,
    "--nodes=1",
    "--ntasks=1",
    "--no-requeue",
    "--open-mode=append",
    "--signal=B:USR1@60",
    // Nothing of the server's environment.
    "--export=NIL",
    `--chdir=${folder}`,
    `--output=${folder.replaceAll("%", "%%")}/%a/slurm-%a.out`,
  ];
}

/** `0-3,7`. */
function inRanges(indices: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

const MAX_TASK_IN_NAME = 60;

/** The name of the SLURM job says to people what it does, and to us by its tag which submission it is. */
export function jobName(taskName: string, tag: string): string {
  const words = taskName.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, MAX_TASK_IN_NAME);
  return `${words}.${tag}`;
}
