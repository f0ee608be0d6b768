/** Programs that are run while a package is collected. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { findPython } from "@/server/platform/python";
import { runCommand } from "./commands";

test("of a program that prints without end only the end is kept, on standard output too", async () => {
  const { path: python } = await findPython();
  const program = 'for n in range(60): print(str(n % 10) * 99_999)\nprint("the answer")';
  const seen = { characters: 0 };
  const ended = await runCommand(
    { argv: [python, "-c", program], cwd: tmpdir() },
    {
      python,
      signal: new AbortController().signal,
      onOutput: (text) => void (seen.characters += text.length),
    },
  );
  expect(ended.exitCode).toBe(0);
  expect(seen.characters).toBe(60 * 100_000 + "the answer\n".length);
  for (const kept of [ended.stdout, ended.output]) {
    expect(kept.endsWith("\nthe answer\n")).toBe(true);
    expect(kept.length).toBeLessThan(1_100_000);
    expect(kept.length).toBeGreaterThan(500_000);
  }
});
