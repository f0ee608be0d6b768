import { sql } from "drizzle-orm";
import type { z } from "zod";
import { ListUnitsInput } from "@/server/contracts/job";
import type { UnitPage } from "@/server/contracts/job";
import { requireRun } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { unitCounts } from "@/server/services/job/summaries";
import { unitRows } from "@/server/services/unit/rows";

/** A window of a run's units in unit order; counters come from the run, so no unit is counted. */
export async function listUnits(ctx: ServiceContext, raw: z.input<typeof ListUnitsInput>): Promise<UnitPage> {
  const input = ListUnitsInput.parse(raw);
  const run = await requireRun(ctx, input.run_id, "read");
  const counts = unitCounts({
    pending: run.num_pending,
    running: run.num_running,
    done: run.num_done,
    failed: run.num_failed,
    stopped: run.num_stopped,
    warnings: run.num_warnings,
  });
  const states = input.states?.map((state) => sql`${state}`) ?? [];
  const isWanted = states.length > 0 ? sql`AND state IN (${sql.join(states, sql`, `)})` : sql``;
  // An index tells where the window begins; an offset alone would read every unit before it.
  const begin =
    input.offset === 0
      ? sql``
      : sql`AND position >= (SELECT position FROM history_unit WHERE history_run_id = ${run.id} ${isWanted}
          ORDER BY position LIMIT 1 OFFSET ${input.offset})`;
  const items = await unitRows(
    ctx,
    sql`history_unit u WHERE history_run_id = ${run.id} ${isWanted} ${begin} ORDER BY position LIMIT ${input.limit}`,
  );
  const matching = input.states?.length
    ? [...new Set(input.states)].reduce((sum, state) => sum + counts[state], 0)
    : counts.total;
  return { items, counts, matching };
}
