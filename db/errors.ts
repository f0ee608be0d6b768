/** The database cannot be used. The message is for a person: what is wrong, where, what to do; never a password. */
export class DatabaseError extends Error {
  readonly tag = "Database";
}

/** Where a URL points, without the password: `fractal on db.example.org:5432`. */
export function describeUrl(url: string): string {
  try {
    const { hostname, port, pathname, username } = new URL(url);
    const database = decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username) || "postgres";
    return `${database} on ${hostname || "localhost"}:${port || "5432"}`;
  } catch {
    return "named by DATABASE_URL";
  }
}

const CHECK = "Check DATABASE_URL.";

/** Codes of Node, of postgres.js and of PostgreSQL (SQLSTATE), in the words of the sentence. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host name could not be looked up",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the host",
  ETIMEDOUT: "no answer in time",
  CONNECT_TIMEOUT: "no answer in time",
  CONNECTION_CLOSED: "the server closed the connection",
  CONNECTION_DESTROYED: "the connection was destroyed",
  ENOENT: "no such socket",
  "57P03": "the server is starting up or shutting down",
  "53300": "the server has no free connection",
};

/** Null when the failure is not about reaching or entering the database (a failing statement, a bug). */
export function toDatabaseError(err: unknown, url: string): DatabaseError | null {
  if (err instanceof DatabaseError) return err;
  const { code, message, cause } = err as { code?: unknown; message?: unknown; cause?: unknown };
  const where = describeUrl(url);
  const make = (sentence: string) => new DatabaseError(sentence, { cause: err });
  if (code === "28P01") return make(`The database ${where} refuses the user name or the password. ${CHECK}`);
  if (code === "28000")
    return make(`The database ${where} does not let this user in: ${String(message)}. ${CHECK}`);
  if (code === "3D000") return make(`There is no database ${where}. Create it, or correct DATABASE_URL.`);
  if (code === "ERR_INVALID_URL") {
    return make(
      "DATABASE_URL is not a valid URL; it looks like postgres://user:password@host:5432/database.",
    );
  }
  if (typeof code === "string" && code in REASONS) {
    return make(`Cannot reach the database ${where}: ${REASONS[code]}. ${CHECK}`);
  }
  // drizzle wraps what the driver threw.
  return cause === undefined || cause === err ? null : toDatabaseError(cause, url);
}
