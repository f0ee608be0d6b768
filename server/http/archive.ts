/** `GET /api/archive/{job_id}`: everything that was in the folder of a job, as one zip. */
import { realpath } from "node:fs/promises";
import { PathId } from "@/server/contracts/common";
import { NotFoundError, PreconditionError } from "@/server/contracts/errors";
import { getArchive } from "@/server/services/job/get-archive";
import { sendJson } from "./answer";
import { openFile } from "./data-file";
import { sendFile } from "./send-file";
import type { Route } from "./serve";

export function archiveRoute(): Route {
  return async (ctx, request, response, rest) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      sendJson(response, 405, { error: "An archive can only be read." });
      return;
    }
    const jobId = PathId.safeParse(rest.slice(1));
    if (!jobId.success) throw new NotFoundError("Job", rest.slice(1));
    const { path, file_name } = await getArchive(ctx, { job_id: jobId.data });
    const missing = () =>
      new PreconditionError(
        `The archive of job ${jobId.data} is not at ${path}: it was moved or removed, or this server cannot see that disk.`,
      );
    // Whoever moved it to another disk may have left a link.
    const real = await realpath(path).catch(() => path);
    const file = await openFile(real, missing);
    // The name is ours: letters, digits and `_`.
    response.setHeader("content-disposition", `attachment; filename="${file_name}"`);
    await sendFile(request, response, file, "application/zip");
  };
}
