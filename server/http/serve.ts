/**
 * What this server answers itself, before Next: bytes that must stream (architecture §7). Next would cut
 * request bodies at 10 MB and buffer answers.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Db } from "@/db/client";
import { getRequester } from "@/server/auth/actor";
import { isCrossSite } from "@/server/auth/cross-site";
import { ForbiddenError, NotFoundError } from "@/server/contracts/errors";
import type { Logger } from "@/server/platform/logger";
import type { ServiceContext } from "@/server/services/context";
import { sendError } from "./answer";

/** @throws any error: it becomes the answer. */
export type Route = (
  ctx: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
  /** With the path after the route's prefix, still percent-encoded; begins with `/` or is empty. */
  rest: string,
) => Promise<void>;

/** Whole path segments: `/api/data` answers `/api/data/7/x`, not `/api/database`. */
export type Routes = Readonly<Record<`/api/${string}`, Route>>;

/** @returns A listener that says whether the request was one of ours. */
export function serveRoutes(
  routes: Routes,
  deps: { db: Db; log: Pick<Logger, "error"> },
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    // Not `new URL`: it would resolve `..` and hide it from the route's own check.
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const prefix = Object.keys(routes).find((route) => path === route || path.startsWith(`${route}/`));
    if (prefix === undefined) return false;
    const route = routes[prefix as keyof Routes];
    const answer = async () => {
      if (!route) throw new NotFoundError("Page", path);
      const headers = toHeaders(request);
      if (isCrossSite(headers))
        throw new ForbiddenError("This request came from another site and was refused.");
      const { user, scopes } = await getRequester(deps.db, headers);
      const needed = request.method === "GET" || request.method === "HEAD" ? "read" : "write";
      if (scopes?.includes(needed) === false)
        throw new ForbiddenError(`This API token has no scope '${needed}'.`);
      await route(
        { db: deps.db, actor: { kind: "user", user } },
        request,
        response,
        path.slice(prefix.length),
      );
    };
    answer().catch((err: unknown) => {
      sendError(response, err, deps.log);
    });
    return true;
  };
}

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  return headers;
}
