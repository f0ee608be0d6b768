import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { sendJson } from "./answer";
import { matchesTag, parseRange } from "./byte-range";
import type { DataFile } from "./data-file";

/** Per read of a stream: few system calls, and twenty readers still hold only a few megabytes. */
const READ_BYTES = 128 * 1024;

/** Streams an open file and closes it: whole, one range, nothing if it is known (304), or its headers only. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: DataFile,
  contentType: "application/json" | "application/octet-stream" | "application/zip",
): Promise<void> {
  const { handle, size, modified, tag } = file;
  try {
    setHeaders(response, file, contentType);
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

function setHeaders(response: ServerResponse, { tag, modified }: DataFile, contentType: string): void {
  // Names are people's: what they hold must never run as a page of ours.
  response.setHeader("content-type", contentType);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("content-security-policy", "sandbox");
  // Kept by this browser only, and asked for again each time: a task may have written it anew.
  response.setHeader("cache-control", "private, no-cache");
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("etag", tag);
  response.setHeader("last-modified", modified.toUTCString());
}
