import type { z } from "zod";
import { PreconditionError } from "@/server/contracts/errors";
import { JobIdInput } from "@/server/contracts/job";
import { archiveFileName, archiveOf } from "@/server/domain/jobs/archive";
import { requireJob } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** A file of this machine that a person may have whole. */
export type ArchivePlace = { readonly path: string; readonly file_name: string };

/** @throws PreconditionError with the reason why there is no archive, and the date if it was removed. */
export async function getArchive(
  ctx: ServiceContext,
  raw: z.input<typeof JobIdInput>,
): Promise<ArchivePlace> {
  const { job_id } = JobIdInput.parse(raw);
  const job = await requireJob(ctx, job_id, "read");
  const { working_dir, archived_at, archive_removed_at, archive_problem } = job;
  if (archive_removed_at !== null)
    throw new PreconditionError(
      `The archive of job ${job.id} was removed for its age on ${archive_removed_at.slice(0, 10)}.`,
    );
  if (working_dir === null || archived_at === null)
    throw new PreconditionError(
      archive_problem ?? `Job ${job.id} has no archive yet: it is made some seconds after the end of a job.`,
    );
  return { path: archiveOf(working_dir), file_name: archiveFileName(working_dir) };
}
