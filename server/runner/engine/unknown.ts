/**
 * What cannot be told is *unknown* (engine specification §7): the state is kept, it is said why, and the question is
 * asked again after longer and longer pauses. Nothing is decided from it.
 */
import { errorSentence } from "@/server/platform/error-text";

/** Its message is a sentence for people. */
export class UnknownError extends Error {
  override readonly name = "UnknownError";
}

/** @param failure Begins the sentence: "The results of the batch cannot be read". */
export const toUnknown = (failure: string, err: unknown): UnknownError =>
  new UnknownError(`${failure}: ${errorSentence(err).slice(0, 300)}`, { cause: err });

const FIRST_MS = 500;
const LONGEST_MS = 5 * 60_000;

/** Between two questions that had no answer. What ends a nap early does not end it. */
export class Pause {
  #ms = 0;
  #until = -Infinity;

  get isOn(): boolean {
    return performance.now() < this.#until;
  }

  /** There was no answer again. */
  extend(): void {
    this.#ms = Math.min(LONGEST_MS, Math.max(FIRST_MS, 2 * this.#ms));
    this.#until = performance.now() + this.#ms;
  }

  /** There was news: the next question may be asked at once. */
  reset(): void {
    this.#ms = 0;
    this.#until = -Infinity;
  }
}
