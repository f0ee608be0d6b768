/** What a soak has done and seen: the jobs under way, the kills, and what must hold at the end of each job. */
import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { resultOf } from "@/server/runner/lifecycle/killed-workflow.testing";
import type { Result } from "@/server/runner/lifecycle/killed-workflow.testing";
import type { Moment } from "@/server/runner/lifecycle/testing";
import type { World } from "@/server/runner/testing";

const ENDED = "every job came to its end and was archived";
const HANDED_OVER = "a server that was told to end handed over and ended with 0";
const INVARIANTS = {
  [ENDED]: 0,
  [HANDED_OVER]: 0,
  "every unit of every job has one final state": 0,
  "counters equal the rows they count": 0,
  "a done unit has one accepted attempt": 0,
  "a call in place never ran twice": 0,
  "no call ran more often than it was interrupted, plus once": 0,
  "a done job left the same images as without kills": 0,
  "a job failed only for interruptions that nobody may repeat, and stopped only if asked": 0,
  "no ended job holds its dataset": 0,
};
/** After so many, also what may be repeated waits for a person (engine specification §6). */
const MAX_INTERRUPTIONS = 2;
type Invariant = keyof typeof INVARIANTS;
type How = Moment | "server" | "server and worker";

const sumOf = (numbers: Iterable<number>) => [...numbers].reduce((total, n) => total + n, 0);

export class Ledger {
  readonly #active = new Map<number, World>();
  readonly #ended: Record<string, number> = { done: 0, failed: 0, stopped: 0 };
  /** Per point: how often, by the moment of a transaction or by who was killed in the middle of a file. */
  readonly #kills = new Map<string, Map<How, number>>();
  readonly #events = new Map<string, number>();
  readonly #broken: { invariant: Invariant; who: string; what: string }[] = [];
  /** Of the first job, which nobody disturbed. */
  #undisturbed: Result | null = null;

  constructor(private readonly db: Db) {}

  get active(): number {
    return this.#active.size;
  }

  get callsOfOne(): number {
    return this.#undisturbed?.calls.length ?? 0;
  }

  /** In words, for whoever watches. */
  get progress(): string {
    const kills = sumOf([...this.#kills.keys()].map((name) => this.#killsAt(name)));
    return `${kills} kills at ${this.#kills.size} points, ${sumOf(Object.values(this.#ended))} jobs ended, ${this.#broken.length} invariants broken`;
  }

  begin(jobId: number, world: World): void {
    this.#active.set(jobId, world);
  }

  anyActive(random: () => number): number | undefined {
    return [...this.#active.keys()][Math.floor(random() * this.#active.size)];
  }

  count(event: string): void {
    this.#events.set(event, (this.#events.get(event) ?? 0) + 1);
  }

  killed(point: string, how: How): void {
    const kills = this.#kills.get(point) ?? new Map<How, number>();
    kills.set(how, (kills.get(how) ?? 0) + 1);
    this.#kills.set(point, kills);
  }

  /** @param code Exit code of a server that was told to end; null if a signal ended it. */
  handedOver(code: number | null): void {
    if (code !== 0) this.#break(HANDED_OVER, "a server", { code });
  }

  #break(invariant: Invariant, who: string, what: unknown): void {
    this.#broken.push({ invariant, who, what: JSON.stringify(what) });
  }

  leastKilled(names: readonly string[], random: () => number): string {
    const least = Math.min(...names.map((name) => this.#killsAt(name)));
    const rare = names.filter((name) => this.#killsAt(name) === least);
    return rare[Math.floor(random() * rare.length)] ?? "";
  }

  #killsAt(name: string): number {
    return sumOf(this.#kills.get(name)?.values() ?? []);
  }

  /** Checks the jobs that have ended and been archived since the last call. */
  async settle(): Promise<void> {
    for (const [id, world] of this.#active) {
      const rows = await this.db.execute<{ state: string }>(sql`
        SELECT state FROM job WHERE id = ${id} AND state IN ('done', 'failed', 'stopped') AND archived_at IS NOT NULL`);
      if (rows.length === 0) continue;
      await this.#check(id, world);
      this.#active.delete(id);
      await rm(world.folder, { recursive: true, force: true });
    }
  }

  async #check(job: number, world: World): Promise<void> {
    const result = await resultOf(world, job);
    this.#undisturbed ??= result;
    this.#ended[result.state] = (this.#ended[result.state] ?? 0) + 1;
    const broken = (invariant: Invariant, what: unknown) => {
      this.#break(invariant, `job ${job}`, what);
    };

    const open = result.units.filter(({ state }) => !["done", "failed", "stopped"].includes(state));
    if (open.length > 0) broken("every unit of every job has one final state", open);
    const odd = result.units.filter(({ state, accepted }) => state === "done" && accepted !== 1);
    if (odd.length > 0) broken("a done unit has one accepted attempt", odd);
    const counters = await this.db.execute(sql`
      SELECT r.id FROM history_run r WHERE r.job_id = ${job} AND (r.num_pending, r.num_running, r.num_done, r.num_failed, r.num_stopped)
        IS DISTINCT FROM (SELECT ((count(*) FILTER (WHERE state = 'pending'))::int4, (count(*) FILTER (WHERE state = 'running'))::int4,
          (count(*) FILTER (WHERE state = 'done'))::int4, (count(*) FILTER (WHERE state = 'failed'))::int4, (count(*) FILTER (WHERE state = 'stopped'))::int4)
          FROM history_unit u WHERE u.history_run_id = r.id)`);
    if (counters.length > 0) broken("counters equal the rows they count", [...counters]);

    const interrupted = await this.db.execute<{ call: string; in_place: boolean; n: number }>(sql`
      SELECT r."order" || ' ' || CASE WHEN u.zarr_url IS NULL THEN 'all' ELSE replace(u.zarr_url, ${world.zarrDir}, '') END AS call,
        r."order" = 0 OR u.kind = 'init' AS in_place, count(*)::int4 AS n
      FROM unit_attempt a JOIN history_unit u ON u.id = a.unit_id
      JOIN history_run r ON r.id = u.history_run_id WHERE r.job_id = ${job} AND a.state = 'interrupted' GROUP BY 1, 2`);
    const interruptions = new Map([...interrupted].map(({ call, n }) => [call, n]));
    const times = new Map<string, number>();
    for (const call of result.calls) times.set(call, (times.get(call) ?? 0) + 1);
    const twice = [...times].filter(([call, n]) => call.startsWith("0 ") && n > 1);
    if (twice.length > 0) broken("a call in place never ran twice", twice);
    const often = [...times].filter(([call, n]) => n > 1 + (interruptions.get(call) ?? 0));
    if (often.length > 0) broken("no call ran more often than it was interrupted, plus once", often);

    if (result.state === "done") {
      // How often calls ran was judged above.
      const same = isDeepStrictEqual({ ...result, calls: [] }, { ...this.#undisturbed, calls: [] });
      if (!same) broken("a done job left the same images as without kills", result);
    } else {
      const causes = await this.db.execute<{ cause: string | null }>(sql`
        SELECT DISTINCT u.cause ->> 'kind' AS cause FROM history_unit u JOIN history_run r ON r.id = u.history_run_id
        WHERE r.job_id = ${job} AND u.state = 'failed'`);
      const asked = await this.db.execute(sql`SELECT 1 FROM job_request WHERE job_id = ${job}`);
      const isExpected =
        result.state === "stopped"
          ? asked.length > 0
          : interrupted.some(({ in_place, n }) => in_place || n > MAX_INTERRUPTIONS) &&
            causes.every(({ cause }) => cause === "interrupted");
      if (!isExpected)
        broken("a job failed only for interruptions that nobody may repeat, and stopped only if asked", {
          state: result.state,
          causes: [...causes],
        });
    }
    if (result.leases > 0) broken("no ended job holds its dataset", result.leases);
  }

  /**
   * What has not settled by now is lost, in whatever state it is.
   *
   * @param mustBeKilled Transitions that each need `leastKills`; empty for a short run.
   * @returns True if everything held.
   */
  async report(
    say: (line: string) => void,
    mustBeKilled: readonly string[],
    leastKills: number,
  ): Promise<boolean> {
    for (const id of this.#active.keys()) {
      const rows = await this.db.execute(sql`
        SELECT state, archived_at, archive_problem,
          (SELECT count(*)::int4 FROM lease WHERE kind IN ('job', 'janitor') AND lease.id = job.id) AS leases
        FROM job WHERE id = ${id}`);
      this.#break(ENDED, `job ${id}`, rows[0] ?? "its row is gone");
    }
    say("\nKills of the server at a transition, or in the middle of a file");
    console.table(
      Object.fromEntries(
        [...this.#kills].map(([name, kills]) => [
          name,
          { ...Object.fromEntries(kills), sum: this.#killsAt(name) },
        ]),
      ),
    );
    say("What was done");
    console.table(Object.fromEntries(this.#events));
    say("Jobs that ended");
    console.table(this.#ended);
    const invariants: Record<string, string> = {};
    for (const name of Object.keys(INVARIANTS)) {
      const count = this.#broken.filter(({ invariant }) => invariant === name).length;
      invariants[name] = count === 0 ? "held" : `broken ${count} times`;
    }
    say("What must hold");
    console.table(invariants);
    for (const { invariant, who, what } of this.#broken) say(`${who}: not true that ${invariant}: ${what}`);
    const missed = mustBeKilled.filter((name) => this.#killsAt(name) < leastKills);
    for (const name of missed) say(`Killed fewer than ${leastKills} times: ${name}`);
    return this.#broken.length === 0 && missed.length === 0;
  }
}
