/** Exit codes of `npm run quickstart`; 0: the job is done and every image is there. 10 is in ../quickstart.mjs. */
export const EXIT = {
  /** Unknown option, or an option without its value. */
  usage: 2,
  /** Node is too old, or the system is Windows. */
  node: 10,
  python: 11,
  port: 12,
  dataDir: 13,
  images: 14,
  database: 15,
  /** A setting that is not supported. */
  settings: 16,
  install: 20,
  build: 21,
  /** The server could not start, or was killed. */
  server: 30,
  /** Account, resource, task package or workflow could not be made. */
  setup: 31,
  /** The job failed or was stopped. */
  job: 32,
  /** The job is done, and an image is missing on disk or in the list. */
  verification: 33,
  /** Ctrl-C before the end. */
  interrupted: 130,
};

/** A failure with one sentence for the person at the terminal. */
export class Refusal extends Error {
  constructor(code, sentence, details = "") {
    super(sentence);
    this.code = code;
    /** Output of the program that failed; shown above the sentence. */
    this.details = details;
  }
}
