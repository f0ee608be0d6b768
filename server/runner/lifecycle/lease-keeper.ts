import type { Db } from "@/db/client";
import type { Logger } from "@/server/platform/logger";
import type { HeldLease } from "../engine/lease";
import { extendLeases } from "../store/lease";
import type { LeaseKey } from "../store/lease";

const HEARTBEAT_MS = 10_000;
/** Side effects are not started when the last confirmed heartbeat is older. */
const FRESH_MS = 40_000;

type Entry = { key: LeaseKey; abort: AbortController; confirmedAt: number };

/** Extends all held leases with one statement every 10 s, on a connection of its own. */
export class LeaseKeeper {
  readonly #entries = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;
  #isBeating = false;

  /** @param db A pool of one connection that nothing else uses. */
  constructor(
    private readonly db: Db,
    private readonly log: Logger,
  ) {
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  hold(key: LeaseKey): HeldLease {
    const entry: Entry = { key, abort: new AbortController(), confirmedAt: performance.now() };
    this.#entries.add(entry);
    return {
      key,
      signal: entry.abort.signal,
      isFresh: () => performance.now() - entry.confirmedAt < FRESH_MS,
    };
  }

  release(key: LeaseKey): void {
    for (const entry of this.#entries) if (entry.key === key) this.#entries.delete(entry);
  }

  /** Tells every driver to stop; workers go on. */
  abortAll(reason: string): void {
    for (const entry of this.#entries) entry.abort.abort(new Error(reason));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    const entries = [...this.#entries];
    const sentAt = performance.now();
    try {
      const ours = new Set(
        await extendLeases(
          this.db,
          entries.map((entry) => entry.key),
        ),
      );
      for (const entry of entries) {
        if (ours.has(entry.key)) entry.confirmedAt = sentAt;
        else if (this.#entries.has(entry)) {
          this.log.warn({ lease: entry.key }, "lease lost");
          entry.abort.abort(new Error("lease lost"));
        }
      }
    } catch (err) {
      // The database is away: the leases may still be ours; isFresh() says when to hold back.
      this.log.warn({ err }, "heartbeat failed");
    } finally {
      this.#isBeating = false;
    }
  }
}
