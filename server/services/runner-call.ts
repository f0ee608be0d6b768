/** How a verb asks a runner for something that only the runner can reach (architecture §2, Calls). */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Db } from "@/db/client";
import { maybeOne, one } from "@/db/rows";
import type { RunnerCallKind } from "@/server/contracts/enums";
import { PreconditionError, RunnerSilentError } from "@/server/contracts/errors";
import { json, notify, rowsOf } from "@/server/services/database";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 200;

export type Question = {
  kind: RunnerCallKind;
  args: object;
  user_id: number;
  /** How long an answer is worth waiting for. */
  waitSeconds: number;
};

type Answer = { ok: true; value: unknown } | { ok: false; error: string };

/**
 * Ask, and wait for the answer. The runner's janitor deletes the question.
 *
 * @param schema A runner may be of another version, so its answer is checked like any input.
 * @throws RunnerSilentError if no runner answers in time; PreconditionError with the runner's own sentence.
 */
export async function askRunner<T>(db: Db, question: Question, schema: z.ZodType<T>): Promise<T> {
  const answer = await waitForAnswer(db, await insertCall(db, question));
  if (answer === null) throw new RunnerSilentError(await silence(db));
  if (!answer.ok) throw new PreconditionError(answer.error);
  return schema.parse(answer.value);
}

async function insertCall(db: Db, { kind, args, user_id, waitSeconds }: Question): Promise<number> {
  return db.transaction(async (tx) => {
    const rows = await rowsOf<{ id: number }>(
      tx,
      sql`INSERT INTO runner_call (kind, args, user_id, expires_at)
          VALUES (${kind}, ${json(args)}, ${user_id}, clock_timestamp() + make_interval(secs => ${waitSeconds}))
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
