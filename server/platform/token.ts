import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Says what it is, to people and to programs that look for secrets in files. */
const MARK = "fractal_";
const PREFIX_LENGTH = MARK.length + 8;
const SHAPE = /^fractal_[A-Za-z0-9_-]{43}$/;

/** 32 random bytes as `fractal_` and 43 characters of base64url. */
export function newToken(): string {
  return MARK + randomBytes(32).toString("base64url");
}

/** The part that may be stored and shown: it finds the token and says nothing about the rest. */
export const prefixOfToken = (token: string) => token.slice(0, PREFIX_LENGTH);

/** SHA-256, hexadecimal. */
export const hashToken = (token: string) => createHash("sha256").update(token).digest("hex");

/** Takes the same time wherever the two differ. */
export function isToken(token: string, hash: string): boolean {
  const expected = Buffer.from(hash, "hex");
  const actual = Buffer.from(hashToken(token), "hex");
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

/** @returns The token of `Authorization: Bearer …`; null without such a header; "" if it is not one of ours. */
export function bearerToken(headers: Headers): string | null {
  const header = headers.get("authorization");
  if (header === null) return null;
  const token = /^bearer +(\S+)$/i.exec(header.trim())?.[1] ?? "";
  return SHAPE.test(token) ? token : "";
}
