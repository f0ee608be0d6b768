import { pino, stdTimeFunctions, type Logger, type LoggerOptions } from "pino";

export type { Logger };

/** Keys whose values never reach a log, at the top and up to two levels down. */
const SECRET_KEYS = [
  "password",
  "hashed_password",
  "password_hash",
  "token",
  "token_hash",
  "secret",
  "client_secret",
  "private_key",
  "authorization",
  "cookie",
  "DATABASE_URL",
  "NEXTAUTH_SECRET",
  "database_url",
  "url_with_password",
];

const REDACT = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/**
 * One JSON object per line in production; readable lines on a terminal or while developing.
 *
 * @param options.destination For tests; absent: stdout.
 */
export function createLogger(options: {
  level?: string;
  nodeEnv?: string;
  isTty?: boolean;
  destination?: { write(line: string): void };
}): Logger {
  const isPretty = (options.isTty ?? process.stdout.isTTY) || options.nodeEnv !== "production";
  const base: LoggerOptions = {
    level: options.level ?? "info",
    redact: { paths: REDACT, censor: "[hidden]" },
    timestamp: stdTimeFunctions.isoTime,
    base: { pid: process.pid },
  };
  if (options.destination) return pino(base, options.destination);
  if (!isPretty) return pino(base);
  const transport = {
    target: "pino-pretty",
    options: { translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname", singleLine: true },
  };
  return pino({ ...base, transport });
}
