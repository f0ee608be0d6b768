import { eq } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { workflows } from "@/db/schema";
import { NotFoundError, PreconditionError } from "@/server/contracts/errors";
import { findActiveJob } from "@/server/services/job/find-active";

/** Keeps submissions and other edits of the task list out until commit. */
export async function lockWorkflow(tx: Queryable, id: number): Promise<void> {
  const rows = await tx.select().from(workflows).where(eq(workflows.id, id)).for("no key update");
  if (!maybeOne(rows)) throw new NotFoundError("Workflow", id);
}

/** @param doing Completes "… while job 7 runs this workflow": "A task cannot be removed". */
export async function requireIdleWorkflow(tx: Queryable, id: number, doing: string): Promise<void> {
  const job = await findActiveJob(tx, { workflow_id: id });
  if (job !== null)
    throw new PreconditionError(
      `${doing} while job ${job} runs this workflow. Wait for its end, or stop it.`,
    );
}
