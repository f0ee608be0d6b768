import path from "node:path";
import { desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { one } from "@/db/rows";
import { batches, jobRequests, unitAttempts } from "@/db/schema";
import type { JobRow } from "@/db/schema";
import { isInside } from "@/server/contracts/common";
import { UnitIdInput } from "@/server/contracts/job";
import type { UnitFiles, UnitView } from "@/server/contracts/job";
import { archiveOf } from "@/server/domain/jobs/archive";
import { requireUnit } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { unitRows } from "@/server/services/unit/rows";

/** Where it ran is told by the attempt that decided the unit, else by the latest one. */
export async function getUnit(ctx: ServiceContext, raw: z.input<typeof UnitIdInput>): Promise<UnitView> {
  const { unit_id } = UnitIdInput.parse(raw);
  const { run, job, ...unit } = await requireUnit(ctx, unit_id, "read");
  const [rows, attempts, stops] = await Promise.all([
    unitRows(ctx, sql`history_unit u WHERE u.id = ${unit.id}`),
    ctx.db
      .select({
        exit_code: unitAttempts.exit_code,
        signal: unitAttempts.signal,
        host: batches.host,
        batch_folder: batches.folder,
        mem_mb: batches.mem_mb,
      })
      .from(unitAttempts)
      .innerJoin(batches, eq(batches.id, unitAttempts.batch_id))
      .where(eq(unitAttempts.unit_id, unit.id))
      .orderBy(desc(unitAttempts.accepted), desc(unitAttempts.id))
      .limit(1),
    ctx.db
      .select({ user_email: jobRequests.user_email, at: jobRequests.requested_at })
      .from(jobRequests)
      .where(
        sql`${jobRequests.job_id} = ${job.id} AND (${jobRequests.kind} = 'stop_job'
          OR (${jobRequests.history_run_id} = ${run.id} AND coalesce(${unit.id} = ANY(${jobRequests.unit_ids}), true)))`,
      )
      .orderBy(jobRequests.id)
      .limit(1),
  ]);
  const dump = run.workflow_task_dump;
  return {
    ...one(rows),
    job_id: job.id,
    run_id: run.id,
    task_name: dump.alias ?? dump.task.name,
    order: run.order,
    args: unit.args,
    exit_code: attempts[0]?.exit_code ?? null,
    signal: attempts[0]?.signal ?? null,
    host: attempts[0]?.host ?? null,
    files: attempts[0] ? filesOf(job, attempts[0].batch_folder) : null,
    mem_mb: attempts[0]?.mem_mb ?? null,
    stop_requested: stops[0] ?? null,
    images_made: imagesMade(unit.output),
  };
}

function filesOf(job: JobRow, folder: string): UnitFiles {
  const { working_dir, archived_at, archive_removed_at } = job;
  if (archive_removed_at !== null) return { kind: "removed", removed_at: archive_removed_at };
  if (archived_at === null || working_dir === null || !isInside(folder, working_dir))
    return { kind: "folder", folder };
  return { kind: "archive", archive: archiveOf(working_dir), folder: path.relative(working_dir, folder) };
}

const Output = z.object({ image_list_updates: z.array(z.object({ zarr_url: z.string() })) });

/** Addresses in a unit's output; none for an init call, whose output is a list of calls. */
function imagesMade(output: unknown): string[] {
  const parsed = Output.safeParse(output);
  return parsed.success ? parsed.data.image_list_updates.map((image) => image.zarr_url) : [];
}
