import { expect, test } from "vitest";
import { createLogger } from "./logger";
import { errorSentence, errorText } from "./error-text";

/** As drizzle throws it. */
class FailedQuery extends Error {
  constructor(
    readonly query: string,
    readonly params: unknown[],
    cause: Error,
  ) {
    super(`Failed query: ${query}\nparams: ${params.join(",")}`, { cause });
  }
}
const failed = new FailedQuery("insert into user_account values ($1)", ["$argon2id$secret"], new Error("no"));

test("the values of a failed statement are left out, its cause is named", () => {
  expect(errorText(failed)).toContain("insert into user_account");
  expect(errorText(failed)).toContain("Caused by: no");
  expect(errorText(failed)).not.toContain("argon2id");
  expect(errorSentence(failed)).not.toContain("insert");
  expect(errorSentence(new Error("it is gone"))).toBe("it is gone");
});

test("nor do they reach a log", () => {
  const lines: string[] = [];
  createLogger({ destination: { write: (line) => void lines.push(line) } }).error({ err: failed }, "x");
  expect(lines.join("")).toContain("insert into user_account");
  expect(lines.join("")).not.toContain("argon2id");
});
