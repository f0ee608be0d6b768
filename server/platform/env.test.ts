import { resolve } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, oidcOf, readEnv, uploadLimits } from "@/server/platform/env";

test("nothing set: the defaults, with an absolute data folder", () => {
  expect(readEnv({})).toEqual({
    FRACTAL_DATA_DIR: resolve(".data"),
    PORT: 3000,
    FRACTAL_ROLE: "all",
    FRACTAL_MAX_UPLOAD_MB: 2000,
    FRACTAL_MIN_FREE_MB: 1000,
    FRACTAL_MIN_FREE_PERCENT: 2,
    FRACTAL_OIDC_NAME: "your institute account",
    LOG_LEVEL: "info",
    NODE_ENV: "development",
  });
});

test("an empty variable counts as not set", () => {
  expect(readEnv({ PORT: "", DATABASE_URL: "", FRACTAL_TASKS_USER: "" })).toEqual(readEnv({}));
});

test("values keep their meaning", () => {
  const url = "postgres://fractal:pw@db.example.org/fractal?sslmode=require";
  const env = readEnv({
    PORT: "8080",
    DATABASE_URL: url,
    FRACTAL_ROLE: "runner",
    FRACTAL_TASKS_USER: "fractal-tasks",
    FRACTAL_JOB_LOG_DAYS: "90",
    FRACTAL_MIN_FREE_MB: "0",
    FRACTAL_MIN_FREE_PERCENT: "0.5",
  });
  expect(env).toMatchObject({
    PORT: 8080,
    DATABASE_URL: url,
    FRACTAL_ROLE: "runner",
    FRACTAL_TASKS_USER: "fractal-tasks",
    FRACTAL_JOB_LOG_DAYS: 90,
    FRACTAL_MIN_FREE_MB: 0,
    FRACTAL_MIN_FREE_PERCENT: 0.5,
  });
});

test("one person's uploads may take as much as three of the largest files, or what is set", () => {
  expect(uploadLimits(readEnv({}))).toEqual({ maxBytes: 2e9, maxUserBytes: 6e9 });
  const set = readEnv({ FRACTAL_MAX_UPLOAD_MB: "100", FRACTAL_USER_UPLOADS_MB: "100" });
  expect(uploadLimits(set)).toEqual({ maxBytes: 1e8, maxUserBytes: 1e8 });
});

test("the institute's log-in is configured whole, or not at all", () => {
  const all = {
    FRACTAL_OIDC_ISSUER: "https://login.example.org/realms/lab/",
    FRACTAL_OIDC_CLIENT_ID: "fractal",
    FRACTAL_OIDC_CLIENT_SECRET: "s",
  };
  expect(oidcOf(readEnv({}))).toBeNull();
  expect(oidcOf(readEnv(all))).toMatchObject({ issuer: "https://login.example.org/realms/lab" });
  expect(() => readEnv({ ...all, FRACTAL_OIDC_CLIENT_SECRET: "" })).toThrow(
    /^FRACTAL_OIDC_CLIENT_SECRET must be set too/,
  );
});

test.each([
  [{ PORT: "http" }, "PORT must be a number from 1 to 65535."],
  [{ PORT: "70000" }, "PORT must be a number from 1 to 65535."],
  [{ PORT: "0" }, "PORT must be a number from 1 to 65535."],
  [
    { FRACTAL_MAX_UPLOAD_MB: "2 GB" },
    "FRACTAL_MAX_UPLOAD_MB must be a number of megabytes from 1 to 9999999.",
  ],
  [
    { FRACTAL_USER_UPLOADS_MB: "1999" },
    "FRACTAL_USER_UPLOADS_MB must not be smaller than FRACTAL_MAX_UPLOAD_MB.",
  ],
  [{ FRACTAL_MIN_FREE_MB: "1 GB" }, "FRACTAL_MIN_FREE_MB must be a number of megabytes from 0 to 999999999."],
  [
    { FRACTAL_MIN_FREE_PERCENT: "100" },
    "FRACTAL_MIN_FREE_PERCENT must be a number of percent from 0 to 99.999.",
  ],
  [{ FRACTAL_JOB_LOG_DAYS: "0" }, "FRACTAL_JOB_LOG_DAYS must be a number of days from 1 to 99999."],
  [{ FRACTAL_ROLE: "worker" }, "FRACTAL_ROLE must be all, web or runner."],
  [{ FRACTAL_TASKS_USER: "a b" }, "FRACTAL_TASKS_USER must be the name of a system account."],
  [{ NEXTAUTH_URL: "ftp://x" }, "NEXTAUTH_URL must be an http or https address."],
  [{ LOG_LEVEL: "loud" }, "LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent."],
  [{ NODE_ENV: "staging" }, "NODE_ENV must be development, production or test."],
  [
    { DATABASE_URL: "mysql://root:s3cret@x/y" },
    "DATABASE_URL must look like postgres://user:password@host:5432/database.",
  ],
])("%o is refused with one sentence that names the variable and hides the value", (source, sentence) => {
  expect(() => readEnv(source)).toThrow(new ConfigError(sentence));
});
