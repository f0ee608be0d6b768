/** `GET /api/data/{dataset_id}/{path below the dataset's folder}`: the bytes of images, for viewers (architecture §7). */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { PathId } from "@/server/contracts/common";
import { NotFoundError } from "@/server/contracts/errors";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { grantData } from "@/server/services/dataset/grant-data";
import type { DataGrant } from "@/server/services/dataset/grant-data";
import { sendJson } from "./answer";
import { matchesTag, parseRange } from "./byte-range";
import { decodePath, openDataFile } from "./data-file";
import type { DataFile } from "./data-file";
import type { Route } from "./serve";

/** Rights that were taken away end after this; a session that was ended, at once. */
export const GRANT_MS = 30_000;
const MAX_GRANTS = 1_000;
/** Per read of a stream: few system calls, and twenty readers still hold only a few megabytes. */
const READ_BYTES = 128 * 1024;

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
    await send(request, response, await openDataFile(grant, parts), parts.at(-1) ?? "");
  };
}

async function send(request: IncomingMessage, response: ServerResponse, file: DataFile, name: string) {
  const { handle, size, modified, tag } = file;
  try {
    setHeaders(response, file, name);
    if (matchesTag(request.headers["if-none-match"], tag)) {
      response.writeHead(304).end();
      return;
    }
    // `If-Range`: half of the old and half of the new content would be neither.
    const ifRange = request.headers["if-range"];
    const isSame = ifRange === undefined || ifRange === tag || ifRange === modified.toUTCString();
    const range = request.method === "GET" && isSame ? parseRange(request.headers.range, size) : "whole";
    if (range === "unsatisfiable") {
      response.setHeader("content-range", `bytes */${size}`);
      sendJson(response, 416, { error: `The file has ${size} bytes; the range asks for none of them.` });
      return;
    }
    const { start, end } = range === "whole" ? { start: 0, end: size - 1 } : range;
    response.setHeader("content-length", end - start + 1);
    if (range !== "whole") response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
    response.writeHead(range === "whole" ? 200 : 206);
    if (request.method === "HEAD" || size === 0) {
      response.end();
      return;
    }
    const bytes = handle.createReadStream({ start, end, highWaterMark: READ_BYTES });
    await pipeline(bytes, response);
    // Cut short meanwhile by a task: the client must not wait for bytes that never come.
    if (bytes.bytesRead <= end - start) request.socket.destroy();
  } catch (err) {
    // The person scrolled on: an everyday event, not a failure.
    if (!isAbort(err)) throw err;
  } finally {
    // The stream has closed it if it was read at all; a second time is harmless.
    await handle.close().catch(() => undefined);
  }
}

const isAbort = (err: unknown) =>
  err instanceof Error && "code" in err && err.code === "ERR_STREAM_PREMATURE_CLOSE";

function setHeaders(response: ServerResponse, { tag, modified }: DataFile, name: string): void {
  // Names are people's: what they hold must never run as a page of ours.
  response.setHeader("content-type", JSON_NAMES.test(name) ? "application/json" : "application/octet-stream");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-security-policy", "sandbox");
  // Kept by this browser only, and asked for again each time: a task may have written it anew.
  response.setHeader("cache-control", "private, no-cache");
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("etag", tag);
  response.setHeader("last-modified", modified.toUTCString());
}
