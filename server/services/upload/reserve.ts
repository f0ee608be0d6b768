/**
 * The room that one person's uploads take on this server's disk. It is counted before the first byte comes, under a
 * lock, so that uploads at the same time do not pass the limit together.
 */
import { and, eq, isNull, sql } from "drizzle-orm";
import { one } from "@/db/rows";
import { uploads, users } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import type { Scope } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import type { ServiceContext } from "@/server/services/context";

type NewUpload = { id: string; user_id: number; file_name: string };
type Wanted = {
  /** Null: unknown; then as much as may be. */
  announced: number | null;
  maxBytes: number;
  maxUserBytes: number;
};

/**
 * Writes the row of an upload that begins.
 *
 * @returns How many bytes may come.
 * @throws InvalidInputError when the person's uploads would take more than they may.
 */
export async function reserveUpload(ctx: ServiceContext, row: NewUpload, wanted: Wanted): Promise<number> {
  const { announced, maxBytes, maxUserBytes } = wanted;
  return ctx.db.transaction(async (tx) => {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, row.user_id)).for("no key update");
    const left = maxUserBytes - (await usageOf({ ...ctx, db: tx }, row.user_id)).bytes;
    const bytes = announced ?? Math.min(maxBytes, left);
    if (bytes > left || left <= 0) throw await noRoom({ ...ctx, db: tx }, row, wanted);
    await tx.insert(uploads).values({ ...row, bytes, sha256: null });
    return bytes;
  });
}

/** @returns False if the row is gone: it was taken for broken off. */
export async function completeUpload(
  ctx: ServiceContext,
  id: string,
  received: { bytes: number; sha256: string },
): Promise<boolean> {
  const rows = await ctx.db
    .update(uploads)
    .set({ ...received, timestamp_created: sql`now()` })
    .where(and(eq(uploads.id, id), isNull(uploads.sha256)))
    .returning({ id: uploads.id });
  return rows.length === 1;
}

/** What broke off takes no room. */
export async function forgetUpload(ctx: ServiceContext, id: string): Promise<void> {
  await ctx.db.delete(uploads).where(eq(uploads.id, id));
}

/** Names the limit, what takes the room, and when there is more of it. */
export async function noRoom(
  scope: Scope,
  { user_id, file_name }: NewUpload,
  { announced, maxUserBytes }: Wanted,
): Promise<InvalidInputError> {
  const { bytes, hours } = await usageOf(scope, user_id);
  const size = announced === null ? "" : ` (${formatBytes(announced)})`;
  const next = hours === null ? "" : `: the next one within ${hours === 1 ? "an hour" : `${hours} hours`}`;
  const reason = `${file_name}${size} does not fit: your uploads take ${formatBytes(bytes)} of the ${formatBytes(maxUserBytes)} that one person may keep on this server. An upload goes when its package is collected, else a day after it was sent${next}.`;
  return new InvalidInputError(reason, { file: reason });
}

/** `hours` until the oldest one goes that no collection waits for; null: there is none. */
async function usageOf(scope: Scope, userId: number): Promise<{ bytes: number; hours: number | null }> {
  const query = sql`
    SELECT coalesce(sum(bytes), 0)::float8 AS bytes,
      greatest(1, ceil(extract(epoch FROM min(timestamp_created)
        FILTER (WHERE sha256 IS NOT NULL AND NOT EXISTS (SELECT FROM task_group g WHERE g.upload_id = upload.id))
        + interval '1 day' - now()) / 3600))::int4 AS hours
    FROM upload WHERE user_id = ${userId}`;
  return one(await rowsOf<{ bytes: number; hours: number | null }>(scope.db, query));
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${Number((bytes / 1e9).toFixed(1))} GB`;
  return bytes >= 1e6 ? `${Number((bytes / 1e6).toFixed(1))} MB` : `${bytes} bytes`;
}
