/** Which small pictures are loaded, in which order, and what is kept of them. Outside of React: rows come and go. */
import type { Range } from "./ngff";
import { withPicture } from "./thumbnail";
import type { ThumbnailResult } from "./thumbnail";

const MAX_LOADING = 4;
/** About 190 KB each. */
const MAX_KEPT = 300;
/** An image that is not there may be written in the next minute; one that is there may be written anew. */
const KEEP_MS = { picture: 300_000, reason: 20_000 };
/** Who scrolls past does not load. */
const SETTLE_MS = 70;

type Load = (datasetId: number, path: string, signal: AbortSignal) => Promise<ThumbnailResult>;
type Entry = { result: ThumbnailResult; until: number };
type Job = { key: string; run: () => Promise<void>; controller: AbortController; users: number };

const NO_CONTRAST: ReadonlyMap<string, Range> = new Map();

export class ThumbnailStore {
  readonly #load: Load;
  readonly #kept = new Map<string, Entry>();
  readonly #jobs = new Map<string, Job>();
  #waiting: Job[] = [];
  #running = 0;
  readonly #contrasts = new Map<string, ReadonlyMap<string, Range>>();
  readonly #listeners = new Set<() => void>();

  constructor(load: Load) {
    this.#load = load;
  }

  /** Null: not loaded. */
  get(datasetId: number, path: string): ThumbnailResult | null {
    return this.#kept.get(`${datasetId} ${path}`)?.result ?? null;
  }

  /** Contrast by channel of the pictures of one plate. */
  contrast(plate: string): ReadonlyMap<string, Range> {
    return this.#contrasts.get(plate) ?? NO_CONTRAST;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Asks for a picture after a moment, latest first.
   *
   * @param plate whose pictures share one contrast
   * @returns What takes the wish back; the last one to do so ends the load.
   */
  request(datasetId: number, path: string, plate: string): () => void {
    const key = `${datasetId} ${path}`;
    const kept = this.#kept.get(key);
    if (kept && kept.until > Date.now()) return () => undefined;
    let job: Job | null = null;
    const timer = setTimeout(() => {
      job = this.#jobs.get(key) ?? this.#enqueue(key, datasetId, path, plate);
      job.users += 1;
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
      if (!job) return;
      job.users -= 1;
      if (job.users === 0) this.#cancel(job);
      job = null;
    };
  }

  #enqueue(key: string, datasetId: number, path: string, plate: string): Job {
    const controller = new AbortController();
    const run = async () => {
      const result = await this.#load(datasetId, path, controller.signal);
      controller.signal.throwIfAborted();
      this.#keep(key, result, plate);
    };
    const job = { key, run, controller, users: 0 };
    this.#jobs.set(key, job);
    this.#waiting.push(job);
    this.#next();
    return job;
  }

  #cancel(job: Job): void {
    job.controller.abort();
    this.#waiting = this.#waiting.filter((other) => other !== job);
    if (this.#jobs.get(job.key) === job) this.#jobs.delete(job.key);
  }

  #next(): void {
    while (this.#running < MAX_LOADING) {
      const job = this.#waiting.pop();
      if (!job) return;
      this.#running += 1;
      job
        .run()
        // Taken back: nobody looks any more. Everything else is a result.
        .catch(() => undefined)
        .finally(() => {
          this.#running -= 1;
          if (this.#jobs.get(job.key) === job) this.#jobs.delete(job.key);
          this.#next();
        });
    }
  }

  #keep(key: string, result: ThumbnailResult, plate: string): void {
    const isPicture = "picture" in result;
    this.#kept.delete(key);
    this.#kept.set(key, { result, until: Date.now() + (isPicture ? KEEP_MS.picture : KEEP_MS.reason) });
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(old);
    }
    if (isPicture) this.#contrasts.set(plate, withPicture(this.contrast(plate), result.picture));
    for (const listener of this.#listeners) listener();
  }
}

/** The readers of Zarr are large: they come with the first picture. */
export const thumbnails = new ThumbnailStore(async (datasetId, path, signal) => {
  const { loadThumbnail } = await import("./read-thumbnail");
  return loadThumbnail(datasetId, path, signal);
});
