import { pino, stdTimeFunctions, type Logger, type LoggerOptions } from "pino";
import { errorSentence, errorText } from "./error-text";

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

/** Chosen properties only: what a library hangs on its errors may be anything. */
function serializeError(err: unknown) {
  if (!(err instanceof Error)) return err;
  const { code, cause } = err as { code?: unknown; cause?: unknown };
  const { code: causeCode } = (cause ?? {}) as { code?: unknown };
  return { type: err.name, message: errorSentence(err), stack: errorText(err), code: code ?? causeCode };
}

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
    serializers: { err: serializeError },
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
