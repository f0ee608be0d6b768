/** The session cookie: which claims it holds, and how it is read. Only this folder knows next-auth. */
import { getToken } from "next-auth/jwt";
import { z } from "zod";

export const SESSION_SECONDS = 8 * 60 * 60;

/** All that a session says; everything else about the person is read from the database on every request. */
export const SessionClaims = z.object({
  user_id: z.int().positive(),
  session_epoch: z.int().nonnegative(),
});
export type SessionClaims = z.infer<typeof SessionClaims>;

/** `server/main.ts` sets it from the data folder before anything listens. */
export function authSecret(): string {
  const secret = process.env["NEXTAUTH_SECRET"];
  if (!secret) throw new Error("NEXTAUTH_SECRET is not set.");
  return secret;
}

/** By the public address: a browser sends `Secure` cookies over https only. */
export const usesSecureCookies = () => process.env["NEXTAUTH_URL"]?.startsWith("https://") ?? false;

/** @returns Null without a cookie, and for one that is forged, expired or of another shape. */
export async function readSession(headers: Headers): Promise<SessionClaims | null> {
  const cookies = parseCookies(headers.get("cookie") ?? "");
  // getToken reads two things of a request; its type asks for all of Next's.
  const req = { cookies, headers: {} } as unknown as Parameters<typeof getToken>[0]["req"];
  const token = await getToken({ req, secret: authSecret(), secureCookie: usesSecureCookies() });
  const parsed = SessionClaims.safeParse(token);
  return parsed.success ? parsed.data : null;
}

function parseCookies(header: string): Record<string, string> {
  const pairs = header.split(";").map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
  });
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}
