/**
 * What the scheduler of one resource says, asked once for everybody: one `squeue` per interval, and one `sacct` for
 * the elements that have left it. An end is remembered; that something is missing means nothing.
 */
import {
  FIELD_SEPARATOR,
  SACCT_FIELDS,
  SQUEUE_FORMAT,
  isFinal,
  readSacct,
  readSqueue,
} from "@/server/domain/slurm/answers";
import type { Answer, EndedElement, QueuedElement } from "@/server/domain/slurm/answers";
import type { Transport } from "../transports/transport";

const TIMEOUT_MS = 30_000;
const FORGET_MS = 600_000;
/** Remembered at most; an older one is asked for again. */
const MAX_ENDS = 50_000;
/** In place of an index: all elements of an array that nothing else is said of. */
const ALL = "*";
/** Epoch seconds, and lists of indices that are not cut. */
const ENV = { SLURM_TIME_FORMAT: "%s", SLURM_BITSTR_LEN: "0" } as const;
const SACCT = [
  ...["sacct", "--noheader", "--parsable2", `--delimiter=${FIELD_SEPARATOR}`, "--noconvert", "--duplicates"],
  `--format=${SACCT_FIELDS.join(",")}`,
];

/** How an element of an array stands. `ended`: an explicit final state, and it is in no queue. */
export type ElementState =
  | { kind: "live"; state: string; reason: string; start: number | null }
  | { kind: "ended"; state: string; detail: string }
  /** `isMissing`: the queue answers, and does not have it. */
  | { kind: "unknown"; why: string; isMissing: boolean };

export class SlurmPoller {
  /** With the time when somebody last cared for their jobs. */
  readonly #users = new Map<string, number>();
  #queue: Answer<QueuedElement[]> = { known: false, why: "squeue was not asked yet." };
  readonly #live = new Map<string, QueuedElement>();
  readonly #ends = new Map<string, { state: string; detail: string }>();
  readonly #missing = new Set<number>();
  #accountingWhy = "the accounting was not asked yet";
  #askedAt = -Infinity;
  #asking: Promise<void> | null = null;

  /** @param transport Of the account of the server: both commands need no other, unless a site hides jobs. */
  constructor(
    private readonly transport: Transport,
    private readonly intervalMs: number,
  ) {}

  /** Jobs of this account are asked for, for a while: squeue answers nobody if one account does not exist any more. */
  follow(user: string): void {
    if (!this.#users.has(user)) this.#askedAt = -Infinity;
    this.#users.set(user, performance.now());
  }

  /** Resolves when what is known is at most one interval old. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#askedAt < this.intervalMs) return;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
      this.#askedAt = performance.now();
    });
    await this.#asking;
  }

  /**
   * @param tag Of the submission: any array with it counts, because a doubled `sbatch` makes two.
   * @param job The array that we know of.
   */
  stateOf(tag: string, k: number, job: number): ElementState {
    if (!this.#queue.known) return { kind: "unknown", why: this.#queue.why, isMissing: false };
    const live = this.#live.get(`${tag} ${k}`);
    if (live) return { kind: "live", state: live.state, reason: live.reason, start: live.start };
    const end = this.#ends.get(`${job} ${k}`) ?? this.#ends.get(`${job} ${ALL}`);
    if (end) return { kind: "ended", ...end };
    this.#missing.add(job);
    return {
      kind: "unknown",
      why: `SLURM job ${job}_${k} is not in the queue, and ${this.#accountingWhy}.`,
      isMissing: true,
    };
  }

  /**
   * Arrays with this tag, ascending, asked just now.
   *
   * @param name Of the job, for those that have ended and left the queue; null: they are of no interest.
   */
  async findTag(tag: string, name: string | null): Promise<Answer<number[]>> {
    this.#askedAt = -Infinity;
    await this.refresh();
    const queue = this.#queue;
    if (!queue.known) return queue;
    const queued = queue.value.filter((element) => tagOf(element.name) === tag).map(({ job }) => job);
    if (name === null) return { known: true, value: [...new Set(queued)].sort((a, b) => a - b) };
    // Named, because a window of time alone finds neither held nor waiting jobs.
    const argv = [...SACCT, "-X", "--allusers", `--name=${name}`, "-S", "now-60days", "-E", "now"];
    const end = await this.transport.run(argv, { timeoutMs: TIMEOUT_MS, env: ENV });
    const answer = readSacct(end);
    if (!answer.known) return answer;
    const ids = end.stdout.split("\n").flatMap((line) => /^(\d+)(_|\x1f)/.exec(line)?.[1] ?? []);
    return { known: true, value: [...new Set([...queued, ...ids.map(Number)])].sort((a, b) => a - b) };
  }

  async #ask(): Promise<void> {
    for (const [user, at] of this.#users) if (performance.now() - at > FORGET_MS) this.#users.delete(user);
    const users = `--user=${[...this.#users.keys()].join(",")}`;
    const argv = ["squeue", "--noheader", "--array", "--states=all", users, `--format=${SQUEUE_FORMAT}`];
    this.#queue = readSqueue(await this.transport.run(argv, { timeoutMs: TIMEOUT_MS, env: ENV }));
    if (!this.#queue.known) return;
    this.#live.clear();
    for (const element of this.#queue.value) {
      if (!isFinal(element.state)) {
        if (element.index === null) continue;
        const key = `${tagOf(element.name)} ${element.index}`;
        // Of two with one tag the one that runs says more.
        if (this.#live.get(key)?.state !== "RUNNING") this.#live.set(key, element);
      } else {
        const key = `${element.job} ${element.index ?? ALL}`;
        if (!this.#ends.has(key))
          this.#ends.set(key, { state: element.state, detail: detailOf(element, element.reason) });
      }
    }
    for (const key of this.#ends.keys()) {
      if (this.#ends.size <= MAX_ENDS) break;
      this.#ends.delete(key);
    }
    if (this.#missing.size > 0) await this.#askAccounting([...this.#missing]);
  }

  async #askAccounting(jobs: readonly number[]): Promise<void> {
    const argv = [...SACCT, "-j", jobs.join(",")];
    const answer = readSacct(await this.transport.run(argv, { timeoutMs: TIMEOUT_MS, env: ENV }));
    if (!answer.known) {
      this.#accountingWhy = `the accounting gives no answer (${answer.why})`;
      return;
    }
    this.#accountingWhy = "the accounting does not know yet how it ended";
    this.#missing.clear();
    for (const element of answer.value)
      this.#ends.set(`${element.job} ${element.index ?? ALL}`, {
        state: element.state,
        detail: endOf(element),
      });
  }
}

/** Job names end with it. */
const tagOf = (name: string) => name.slice(name.lastIndexOf(".") + 1);

function detailOf(
  { job, index, state, node }: Pick<QueuedElement, "job" | "index" | "state" | "node">,
  more: string,
) {
  const words = more === "" || more === "None" ? "" : ` (${more})`;
  return `SLURM job ${job}${index === null ? "" : `_${index}`} on ${node || "no node"}: ${state}${words}.`;
}

function endOf(element: EndedElement): string {
  const { cancelledBy, exit, signal, maxRss, start, end } = element;
  const facts = [
    cancelledBy === null ? null : `by user ${cancelledBy}`,
    exit === 0 && signal === 0 ? null : `exit code ${exit}, signal ${signal}`,
    start === null || end === null ? "never started" : `after ${end - start} s`,
    maxRss === null ? null : `peak memory ${Math.round(maxRss / 1e6)} MB`,
  ];
  return detailOf(element, facts.filter((fact) => fact !== null).join(", "));
}
