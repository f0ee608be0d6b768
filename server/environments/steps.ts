import type { ActivityStep } from "@/server/contracts/task";

/** A step that is running; its detail may change. */
export type RunningStep = { readonly title: string; detail: string | null };

/** The steps of one activity, in order; they are stored together with its log. */
export class Steps<Key extends string> {
  readonly #steps = new Map<Key, ActivityStep>();

  /** @param titles Null: there is no such step. */
  constructor(
    titles: Readonly<Record<Key, string | null>>,
    /** Called when one begins or ends. */
    private readonly onChange: (title: string, state: "running" | "done" | "failed", seconds: number) => void,
  ) {
    for (const [key, title] of Object.entries(titles) as [Key, string | null][])
      if (title !== null) this.#steps.set(key, { title, state: "pending", seconds: null, detail: null });
  }

  get list(): ActivityStep[] {
    return [...this.#steps.values()].map((step) => ({ ...step }));
  }

  /**
   * @param title More precise than what was announced.
   * @throws what `work` throws; the step has failed then.
   */
  async run<T>(key: Key, work: (step: RunningStep) => Promise<T>, title?: string): Promise<T> {
    const step = this.#steps.get(key);
    if (!step) throw new Error(`this activity has no step ${key}`);
    step.title = title ?? step.title;
    const startedAt = performance.now();
    const end = (state: "done" | "failed") => {
      step.state = state;
      step.seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      this.onChange(step.title, state, step.seconds);
    };
    step.state = "running";
    this.onChange(step.title, "running", 0);
    try {
      const result = await work(step);
      end("done");
      return result;
    } catch (err) {
      end("failed");
      throw err;
    }
  }
}
