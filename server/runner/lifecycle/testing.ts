/**
 * The real server as a process that tests kill, and a way to stop it in the middle of any transaction.
 *
 * A trigger of the test waits for a lock that the test holds, so the transaction stands still at a known point: the
 * server can be killed there. `before`: when the row has changed; the transaction is lost with the server. `after`: in
 * COMMIT; the change stays, and nobody hears of it.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import type { TestDb } from "@/db/testing";
import { until } from "../testing";

export { until };

export type Moment = "before" | "after";
/** A change of one row: `when` is SQL over NEW (and OLD for an update). */
export type Transition = { table: string; event: "INSERT" | "UPDATE"; when: string };

const LOCK = 4_711;

export class Servers {
  readonly #running = new Set<ChildProcess>();

  private constructor(
    private readonly t: TestDb,
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly account: { uid: number; gid: number } | undefined,
  ) {}

  /**
   * @param env Settings of the servers beside the database and the data folder.
   * @param account Whose processes they are; absent: that of the tests.
   */
  static async of(
    t: TestDb,
    env: Readonly<Record<string, string>> = {},
    account?: { uid: number; gid: number },
  ): Promise<Servers> {
    const dataDir = await mkdtemp(path.join(tmpdir(), "fractal-server-"));
    if (account) await chown(dataDir, account.uid, account.gid);
    return new Servers(t, dataDir, env, account);
  }

  /** Without the web part; resolves when the runner works. */
  async start(): Promise<ChildProcess> {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
      env: {
        ...{ PATH, HOME, NODE_ENV: "production", FRACTAL_ROLE: "runner" },
        ...{ DATABASE_URL: this.t.url, FRACTAL_DATA_DIR: this.dataDir },
        // What the tools of another account keep goes with the data folder.
        ...(this.account && { TMPDIR: this.dataDir }),
        ...this.env,
      },
      ...this.account,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#running.add(child);
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (bytes: Buffer) => {
        said += bytes.toString();
        if (said.includes('"msg":"ready"')) resolve();
        if (process.env["TEST_LOG_LEVEL"]) process.stderr.write(bytes);
      });
      child.once("exit", (code) => {
        reject(new Error(`the server ended with ${code}: ${said}`));
      });
    });
    return child;
  }

  /** @throws Error if it is not there any more: nobody but the test ends a server. */
  async end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    this.#running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the server has ended by itself (${child.exitCode ?? child.signalCode})`);
    const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill(signal);
    return code;
  }

  /** Whatever still runs is killed. */
  async close(): Promise<void> {
    for (const child of this.#running) await this.end(child, "SIGKILL");
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Kill a server at a transition. `act` makes the transition come. */
  async killAt(
    child: ChildProcess,
    at: Transition,
    moment: Moment,
    act: () => Promise<unknown>,
  ): Promise<void> {
    await this.holdAt(at, moment, act, () => this.end(child, "SIGKILL"));
  }

  /**
   * Hold whoever makes a transition in the middle of it.
   *
   * @param act What makes the transition come, once the trap is set.
   * @param meanwhile Done while the transaction stands still; then it goes on.
   * @param patienceMs How long the transition is waited for; absent: as long as it takes.
   * @returns False if it did not come.
   */
  async holdAt(
    at: Transition,
    moment: Moment,
    act: () => Promise<unknown>,
    meanwhile: () => Promise<unknown>,
    patienceMs = Infinity,
  ): Promise<boolean> {
    const { db, url } = this.t;
    const holder = postgres(url, { max: 1, fetch_types: false });
    await holder`SELECT pg_advisory_lock(${LOCK})`;
    await db.execute(
      sql.raw(`CREATE OR REPLACE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(${LOCK}); RETURN NULL; END $$`),
    );
    const [constraint, deferred] =
      moment === "after" ? ["CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED"] : ["", ""];
    await db.execute(
      sql.raw(`CREATE ${constraint} TRIGGER trap AFTER ${at.event} ON ${at.table} ${deferred}
        FOR EACH ROW WHEN (${at.when}) EXECUTE FUNCTION trap()`),
    );
    const giveUpAt = performance.now() + patienceMs;
    const look = async () => {
      const rows = await db.execute(sql`
        SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = ${LOCK} AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      return rows.length > 0 ? "held" : performance.now() > giveUpAt && "late";
    };
    try {
      await act();
      const outcome = await until(look);
      if (outcome === "held") await meanwhile();
      return outcome === "held";
    } finally {
      await holder.end();
      // Waits until the transaction of the dead server is over, one way or the other.
      await db.execute(sql.raw(`DROP TRIGGER trap ON ${at.table}`));
    }
  }
}
