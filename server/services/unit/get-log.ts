import { z } from "zod";
import { GetUnitLogInput } from "@/server/contracts/job";
import type { UnitLogChunk } from "@/server/contracts/job";
import { requireUnit, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { askRunner } from "@/server/services/runner-call";

/** How long an answer is worth waiting for. */
const DEFAULT_WAIT_SECONDS = 15;

/** A runner may be of another version, so its answer is checked like any input. */
const Chunk = z.object({
  text: z.string(),
  next_offset: z.int().nonnegative(),
  total_bytes: z.int().nonnegative(),
  ended: z.boolean(),
  missing: z.string().nullable(),
}) satisfies z.ZodType<UnitLogChunk>;

/**
 * A piece of a unit's log, read where the unit runs, through a runner.
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
  const user_id = requireUser(ctx).id;
  return askRunner(ctx.db, { kind: "unit_log", args, user_id, waitSeconds }, Chunk);
}
