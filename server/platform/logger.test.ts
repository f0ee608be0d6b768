import { expect, test } from "vitest";
import { createLogger } from "@/server/platform/logger";

function capture(): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return {
    lines,
    log: createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } }),
  };
}

test("secrets are hidden at the top and inside, everything else stays", () => {
  const { lines, log } = capture();
  log.info(
    {
      password: "p4ss",
      user: { email: "a@b.c", hashed_password: "h4sh" },
      req: { headers: { authorization: "Bearer t0ken", cookie: "c00kie", accept: "x/y" } },
    },
    "hello",
  );
  const line = lines.join("");
  for (const secret of ["p4ss", "h4sh", "t0ken", "c00kie"]) expect(line).not.toContain(secret);
  expect(JSON.parse(line)).toMatchObject({
    msg: "hello",
    user: { email: "a@b.c" },
    req: { headers: { accept: "x/y" } },
  });
});

test("nothing below the level is written", () => {
  const { lines, log } = capture();
  log.debug("quiet");
  expect(lines).toEqual([]);
});
