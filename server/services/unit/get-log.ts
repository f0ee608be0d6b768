import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Db } from "@/db/client";
import { maybeOne, one } from "@/db/rows";
import { PreconditionError, RunnerSilentError } from "@/server/contracts/errors";
import { GetUnitLogInput } from "@/server/contracts/job";
import type { UnitLogChunk } from "@/server/contracts/job";
import { requireUnit, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { json, notify, rowsOf } from "@/server/services/database";

/** How long an answer is worth waiting for. */
const DEFAULT_WAIT_SECONDS = 15;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 200;

type Answer = { ok: true; value: unknown } | { ok: false; error: string };

/** A runner may be of another version, so its answer is checked like any input. */
const Chunk = z.object({
  text: z.string(),
  next_offset: z.int().nonnegative(),
  total_bytes: z.int().nonnegative(),
  ended: z.boolean(),
  missing: z.string().nullable(),
}) satisfies z.ZodType<UnitLogChunk>;

/**
 * A piece of a unit's log, read where the unit runs, through a runner. The runner's janitor deletes the
 * question.
 *
 * @throws RunnerSilentError if no runner answers in time; PreconditionError with the runner's own sentence.
 */
export async function getUnitLog(
  ctx: ServiceContext,
  raw: z.input<typeof GetUnitLogInput>,
  options: { waitSeconds?: number } = {},
): Promise<UnitLogChunk> {
  const { unit_id, offset, max_bytes } = GetUnitLogInput.parse(raw);
  const unit = await requireUnit(ctx, unit_id, "read");
  const args = { unit_id: unit.id, offset, max_bytes };
  const waitSeconds = options.waitSeconds ?? DEFAULT_WAIT_SECONDS;
  const callId = await ask(ctx.db, args, requireUser(ctx).id, waitSeconds);
  const answer = await waitForAnswer(ctx.db, callId);
  if (answer === null) throw new RunnerSilentError(await silence(ctx.db));
  if (!answer.ok) throw new PreconditionError(answer.error);
  return Chunk.parse(answer.value);
}

async function ask(db: Db, args: object, userId: number, waitSeconds: number): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await rowsOf<{ id: number }>(
      tx,
      sql`INSERT INTO runner_call (kind, args, user_id, expires_at)
          VALUES ('unit_log', ${json(args)}, ${userId}, clock_timestamp() + make_interval(secs => ${waitSeconds}))
          RETURNING id`,
    );
    const { id } = one(rows);
    await notify(tx, "fractal_call", String(id));
    return id;
  });
}

/** Null: expired, by the database's clock, or gone. */
async function waitForAnswer(db: Db, callId: number): Promise<Answer | null> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    await sleep(pause);
    const rows = await rowsOf<{ answer: Answer | null; is_expired: boolean }>(
      db,
      sql`SELECT answer, expires_at < clock_timestamp() AS is_expired FROM runner_call WHERE id = ${callId}`,
    );
    const call = maybeOne(rows);
    if (call?.answer) return call.answer;
    if (!call || call.is_expired) return null;
  }
}

async function silence(db: Db): Promise<string> {
  const query = sql`SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8 AS seen FROM runner`;
  const { seen } = one(await rowsOf<{ seen: number | null }>(db, query));
  const when = seen === null ? "no runner has been seen" : `last seen ${Math.max(0, Math.round(seen))} s ago`;
  return `The runner does not answer (${when}).`;
}
