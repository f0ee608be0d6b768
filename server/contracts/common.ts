/** Scalar and collection types shared by the contracts (domain specification §3). */
import { z } from "zod";

/** Row id: a positive integer below 2^53. */
export const Id = z.int().positive();

/** An id in the address of a page: plain digits, so that "1e3" and "0x1" lead nowhere. */
export const PathId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number);

export const NonEmptyString = z.string().trim().min(1, "Must not be empty.");

/** A name people type: ASCII letters, digits, `_`, `.`, space and `-`. */
export const SafeName = NonEmptyString.regex(
  /^[A-Za-z0-9_. -]+$/,
  "Use letters, digits, spaces, dots, dashes and underscores only.",
);

/**
 * POSIX `normpath` for an absolute path: collapses `//` and `/.`, drops a trailing `/`.
 * As in POSIX, exactly two leading slashes are kept.
 */
export function normalizeAbsolutePath(path: string): string {
  const lead = /^\/\/(?!\/)/.test(path) ? "//" : "/";
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return lead + parts.join("/");
}

const hasParentComponent = (path: string) => path.split("/").includes("..");

export const AbsolutePath = NonEmptyString.refine((path) => path.startsWith("/"), {
  error: "Must be an absolute path: it starts with /.",
  abort: true,
})
  .refine((path) => !hasParentComponent(path), "Must not contain '..'.")
  .transform(normalizeAbsolutePath);

/** What an index of PostgreSQL can hold, with room to spare; a path of Linux ends at 4,096. */
const MAX_URL_BYTES = 2_000;

/**
 * Address of an image or of a dataset folder: an absolute path (normalised) or `s3://…`
 * (only trailing slashes are removed).
 */
export const ZarrUrl = NonEmptyString.superRefine((url, ctx) => {
  if (hasParentComponent(url)) ctx.addIssue("Must not contain '/../'.");
  else if (!url.startsWith("/") && !url.startsWith("s3://"))
    ctx.addIssue("URLs must begin with '/' or 's3://'.");
  else if (/\0|\p{Surrogate}/u.test(url)) ctx.addIssue("Must not contain NUL or half a character.");
  else if (new TextEncoder().encode(url).length > MAX_URL_BYTES)
    ctx.addIssue(`Must not be longer than ${MAX_URL_BYTES} bytes.`);
}).transform((url) => (url.startsWith("/") ? normalizeAbsolutePath(url) : url.replace(/\/+$/, "")));

/** True if `url` lies strictly below `folder`, compared by whole path components. Both normalised. */
export function isInside(url: string, folder: string): boolean {
  return url.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Object whose keys are trimmed, not empty and different from each other after trimming. */
export function trimmedRecord<V extends z.ZodType>(value: V) {
  return z.record(z.string(), value).transform((record, ctx) => {
    const out: Record<string, z.output<V>> = {};
    for (const [rawKey, entry] of Object.entries(record)) {
      const key = rawKey.trim();
      if (key === "") ctx.addIssue("A key must not be empty.");
      else if (Object.hasOwn(out, key)) ctx.addIssue(`The key '${key}' appears twice.`);
      else out[key] = entry;
    }
    return out;
  });
}

export const JsonObject = trimmedRecord(z.json());
export type JsonObject = z.infer<typeof JsonObject>;

/** Instants travel as ISO 8601 text with offset. */
export type Instant = string;
