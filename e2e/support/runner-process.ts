/**
 * A runner as a process of its own, to be killed. Reads DATABASE_URL; jobs run on `python3` of PATH.
 * DIE_AT names a step of the archiving of a job (`ArchiveStep`) at which it kills itself, or is a number: of the piece
 * of a deleted dataset.
 */
import { createLogger } from "@/server/platform/logger";
import { submitWorkflow } from "@/server/runner/engine/submit-workflow";
import { LocalExecutor } from "@/server/runner/executors/local";
import { archiveJob } from "@/server/runner/lifecycle/archive";
import { deleteDatasetRows } from "@/server/runner/lifecycle/delete-dataset-rows";
import { startLifecycle } from "@/server/runner/lifecycle/runner";

async function main(): Promise<void> {
  const databaseUrl = process.env["DATABASE_URL"] ?? "";
  const runner = await startLifecycle({
    databaseUrl,
    log: createLogger({ level: "warn", nodeEnv: "production", isTty: false }),
    drive: {
      job: (deps, id) =>
        submitWorkflow(
          { ...deps, executor: new LocalExecutor("python3"), host: { cpus: 2, memMb: 8_000 } },
          id,
        ),
      activity: () => Promise.resolve(),
      janitor: (deps, id) =>
        archiveJob(deps, id, {
          onStep: (step) => {
            if (step === process.env["DIE_AT"]) process.kill(process.pid, "SIGKILL");
          },
        }),
      deletion: (deps, id) => {
        let pieces = 0;
        return deleteDatasetRows(deps, id, {
          piece: 100,
          onPiece: () => {
            pieces += 1;
            if (String(pieces) === process.env["DIE_AT"]) process.kill(process.pid, "SIGKILL");
            return Promise.resolve();
          },
        });
      },
    },
    answer: () => Promise.resolve(null),
  });
  process.once("SIGTERM", () => void runner.stop().then(() => process.exit(0)));
  process.stdout.write("ready\n");
}

void main();
