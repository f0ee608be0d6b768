/** `GET /api/data/{dataset_id}/{path below the dataset's folder}`: the bytes of images, for viewers (architecture §7). */
import { PathId } from "@/server/contracts/common";
import { NotFoundError } from "@/server/contracts/errors";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { grantData } from "@/server/services/dataset/grant-data";
import type { DataGrant } from "@/server/services/dataset/grant-data";
import { sendJson } from "./answer";
import { decodePath, openDataFile } from "./data-file";
import { sendFile } from "./send-file";
import type { Route } from "./serve";

/** Rights that were taken away end after this; a session that was ended, at once. */
export const GRANT_MS = 30_000;
const MAX_GRANTS = 1_000;

const JSON_NAMES = /(^|\.)(json|zattrs|zarray|zgroup|zmetadata)$/;

/** A viewer asks for thousands of chunks: the right is read once per person and dataset, and remembered. */
export function dataRoute(options: { grantMs?: number; now?: () => number } = {}): Route {
  const { grantMs = GRANT_MS, now = Date.now } = options;
  const grants = new Map<string, { until: number; grant: DataGrant }>();

  const grantFor = async (ctx: ServiceContext, datasetId: number): Promise<DataGrant> => {
    const key = `${requireUser(ctx).id} ${datasetId}`;
    const known = grants.get(key);
    if (known && known.until > now()) return known.grant;
    grants.delete(key);
    const until = now() + grantMs;
    const grant = await grantData(ctx, { dataset_id: datasetId });
    if (grants.size >= MAX_GRANTS) grants.clear();
    grants.set(key, { until, grant });
    return grant;
  };

  return async (ctx, request, response, rest) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      sendJson(response, 405, { error: "Image data can only be read." });
      return;
    }
    const [, id = "", tail = ""] = /^\/([^/]*)(.*)$/.exec(rest) ?? [];
    const datasetId = PathId.safeParse(id);
    if (!datasetId.success) throw new NotFoundError("Dataset", id);
    // Rights first: strangers learn nothing about paths.
    const grant = await grantFor(ctx, datasetId.data);
    const parts = decodePath(tail);
    if (parts === null) throw new NotFoundError("File", tail.slice(1));
    const type = JSON_NAMES.test(parts.at(-1) ?? "") ? "application/json" : "application/octet-stream";
    await sendFile(request, response, await openDataFile(grant, parts), type);
  };
}
