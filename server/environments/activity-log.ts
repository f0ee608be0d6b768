import { StringDecoder } from "node:string_decoder";

const WRITE_EVERY_MS = 800;
/** Of each end; what lies between is dropped and said so. */
const KEPT_CHARACTERS = 256 * 1024;

/**
 * The log of one activity: collected in memory, written as a whole at most every 0.8 s while it grows.
 *
 *     head (256 K) · "… n characters left out …" · tail (256 K)
 */
export class ActivityLog {
  #head = "";
  #tail = "";
  #dropped = 0;
  #isDirty = false;
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  /**
   * @param write   Stores the whole text.
   * @param onError Called when that fails; the text is kept and tried again with the next piece.
   */
  constructor(
    private readonly write: (text: string) => Promise<void>,
    private readonly onError: (err: unknown) => void,
  ) {
    this.#timer = setInterval(() => void this.#flush(), WRITE_EVERY_MS);
  }

  /** A line of ours, with the time. */
  say(message: string): void {
    const time = new Date().toISOString().replace("T", " ").slice(0, 19);
    const begin = this.text === "" || this.text.endsWith("\n") ? "" : "\n";
    this.add(`${begin}${time} ${message}\n`);
  }

  /** Output of a program, as it is. */
  add(text: string): void {
    const room = KEPT_CHARACTERS - this.#head.length;
    this.#head += text.slice(0, room);
    this.#tail += text.slice(room);
    const excess = this.#tail.length - KEPT_CHARACTERS;
    // In larger pieces than one line, or each line would copy the whole tail.
    if (excess > KEPT_CHARACTERS / 4) {
      this.#tail = this.#tail.slice(excess);
      this.#dropped += excess;
    }
    this.#isDirty = true;
  }

  /** A reader of one stream: characters that are cut between two pieces are put together. */
  reader(): (bytes: Buffer) => string {
    const decoder = new StringDecoder("utf8");
    return (bytes) => {
      const text = decoder.write(bytes);
      this.add(text);
      return text;
    };
  }

  get text(): string {
    if (this.#dropped === 0) return this.#head + this.#tail;
    return `${this.#head}\n… ${this.#dropped} characters left out …\n${this.#tail}`;
  }

  /** Nothing is written by this object any more when it resolves. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  async #flush(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const before = this.#writing;
    this.#writing = before
      .then(() => this.write(this.text))
      .catch((err: unknown) => {
        this.#isDirty = true;
        this.onError(err);
      });
    await this.#writing;
  }
}
