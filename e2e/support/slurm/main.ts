/** `npm run slurm:up`, `npm run slurm:down`. */
import { down, up } from "./cluster";

async function main(): Promise<number> {
  const [verb] = process.argv.slice(2);
  if (verb !== "up" && verb !== "down") {
    console.error("usage: npm run slurm:up | npm run slurm:down");
    return 2;
  }
  try {
    await (verb === "up" ? up() : down());
    return 0;
  } catch (err) {
    console.error(err instanceof Error ? err.message : err);
    return 1;
  }
}

process.exitCode = await main();
