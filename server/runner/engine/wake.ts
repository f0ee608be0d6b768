/** A nap that something can end early. A wake-up between two naps is not lost. */
export class Wake {
  #isSet = false;
  #end: (() => void) | null = null;

  notify(): void {
    this.#isSet = true;
    this.#end?.();
  }

  /** Resolves after `ms`, at once if `notify` was called since the last nap, or when `signal` aborts. */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#isSet && !signal?.aborted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
        signal?.addEventListener("abort", this.#end, { once: true });
      });
    if (this.#end) signal?.removeEventListener("abort", this.#end);
    this.#end = null;
    this.#isSet = false;
  }
}
