import { resolve } from "node:path";
import { z } from "zod";

/** The surroundings are wrong (environment, folder, port, program). The message is one sentence for a person. */
export class ConfigError extends Error {
  readonly tag = "Config";
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

const PostgresUrl = z
  .string()
  .refine((value) => URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol), {
    error: "must look like postgres://user:password@host:5432/database",
  });

const Megabytes = z
  .string()
  .regex(/^[1-9]\d{0,6}$/, { error: "must be a number of megabytes from 1 to 9999999" })
  .transform(Number);

const EnvSource = z.object({
  /** Absolute in the result; everything the server writes is under it. */
  FRACTAL_DATA_DIR: z
    .string()
    .default("./.data")
    .transform((value) => resolve(value)),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: "must be a number from 1 to 65535" })
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65535, { error: "must be a number from 1 to 65535" })
    .default(3000),
  /** Absent: the embedded PostgreSQL. */
  DATABASE_URL: PostgresUrl.optional(),
  FRACTAL_ROLE: z.enum(["all", "web", "runner"], { error: "must be all, web or runner" }).default("all"),
  /** The account that runs foreign code on this host; absent: our own. */
  FRACTAL_TASKS_USER: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, { error: "must be the name of a system account" })
    .optional(),
  /** Largest file that people may send, in MB (1,000,000 bytes). */
  FRACTAL_MAX_UPLOAD_MB: Megabytes.default(2000),
  /** What one person's uploads may take together until they are collected; absent: three of the largest. */
  FRACTAL_USER_UPLOADS_MB: Megabytes.optional(),
  /** Logs and archives of jobs are kept so many days after the job's end; absent: for ever. */
  FRACTAL_JOB_LOG_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, { error: "must be a number of days from 1 to 99999" })
    .transform(Number)
    .optional(),
  /** A batch begins only while the disks of the job and of its images have both free. */
  FRACTAL_MIN_FREE_MB: z
    .string()
    .regex(/^\d{1,9}$/, { error: "must be a number of megabytes from 0 to 999999999" })
    .transform(Number)
    .default(1000),
  FRACTAL_MIN_FREE_PERCENT: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/, { error: "must be a number of percent from 0 to 99.999" })
    .transform(Number)
    .default(2),
  /** The public address; absent: http://localhost:PORT. */
  NEXTAUTH_URL: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  /** OpenID Connect: all three or none. The issuer serves `/.well-known/openid-configuration`. */
  FRACTAL_OIDC_ISSUER: z.url({ protocol: /^https?$/, error: "must be an http or https address" }).optional(),
  FRACTAL_OIDC_CLIENT_ID: z.string().optional(),
  FRACTAL_OIDC_CLIENT_SECRET: z.string().optional(),
  /** On the button of the log-in page: "Continue with …". */
  FRACTAL_OIDC_NAME: z.string().default("your institute account"),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  NODE_ENV: z
    .enum(["development", "production", "test"], { error: "must be development, production or test" })
    .default("development"),
});

const OIDC = ["FRACTAL_OIDC_ISSUER", "FRACTAL_OIDC_CLIENT_ID", "FRACTAL_OIDC_CLIENT_SECRET"] as const;

const CheckedEnv = EnvSource.superRefine((env, ctx) => {
  if ((env.FRACTAL_USER_UPLOADS_MB ?? Infinity) < env.FRACTAL_MAX_UPLOAD_MB)
    ctx.addIssue({
      code: "custom",
      path: ["FRACTAL_USER_UPLOADS_MB"],
      message: "must not be smaller than FRACTAL_MAX_UPLOAD_MB",
    });
  const missing = OIDC.filter((name) => env[name] === undefined);
  if (missing.length === 0 || missing.length === OIDC.length) return;
  for (const name of missing)
    ctx.addIssue({
      code: "custom",
      path: [name],
      message: `must be set too: log-in with OpenID Connect needs ${OIDC.join(", ")}`,
    });
});

export type Env = Readonly<z.infer<typeof EnvSource>>;

/** The institute's log-in. `issuer` without a slash at the end. */
export type Oidc = { issuer: string; clientId: string; clientSecret: string; name: string };

/** Null: not configured. */
export function oidcOf(env: Env): Oidc | null {
  const { FRACTAL_OIDC_ISSUER: issuer, FRACTAL_OIDC_CLIENT_ID: clientId } = env;
  const clientSecret = env.FRACTAL_OIDC_CLIENT_SECRET;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer: issuer.replace(/\/+$/, ""), clientId, clientSecret, name: env.FRACTAL_OIDC_NAME };
}

/** In bytes: of one file, and of all that one person's uploads take until they are collected. */
export function uploadLimits(env: Env): { maxBytes: number; maxUserBytes: number } {
  const { FRACTAL_MAX_UPLOAD_MB: max, FRACTAL_USER_UPLOADS_MB: ofUser = 3 * max } = env;
  return { maxBytes: max * 1e6, maxUserBytes: ofUser * 1e6 };
}

/**
 * @param source An empty string counts as not set, as in `PORT= npm start`.
 * @throws ConfigError naming the first wrong variable and the reason; never its value, which may hold a password.
 */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const set = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = CheckedEnv.safeParse(set);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(`${issue?.path.join(".") ?? "The environment"} ${issue?.message ?? "is not valid"}.`);
}
