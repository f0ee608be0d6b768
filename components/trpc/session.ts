"use client";

/** What became of a log-in; each has its own sentence at the form. */
export type SignInResult =
  | { outcome: "signed-in" }
  | { outcome: "wrong-credentials" }
  | { outcome: "too-many-attempts"; retryAfterSeconds: number }
  | { outcome: "unreachable" }
  | { outcome: "failed" };

/**
 * Talks to the two endpoints of next-auth itself: its own client leaves the page when the server cannot be
 * reached, and the person would lose what they typed. Never throws.
 */
export async function signIn(email: string, password: string): Promise<SignInResult> {
  let answer: { status: number; url: string };
  try {
    answer = await post("callback/credentials", { email, password });
  } catch {
    return { outcome: "unreachable" };
  }
  const error = new URL(answer.url, window.location.origin).searchParams.get("error");
  if (error === null && answer.status < 400) return { outcome: "signed-in" };
  if (error === "CredentialsSignin") return { outcome: "wrong-credentials" };
  const wait = /Try again in (\d+) s/.exec(error ?? "");
  if (wait) return { outcome: "too-many-attempts", retryAfterSeconds: Number(wait[1]) };
  return { outcome: "failed" };
}

/**
 * Leaves for the institute's log-in page, which sends the person back.
 *
 * @param next page to come back to
 * @returns false if the server does not answer, or cannot reach the institute's
 */
export async function signInWithInstitute(next: string): Promise<boolean> {
  try {
    const { url } = await post("signin/oidc", { callbackUrl: next });
    // An address of our own is next-auth's error page: the provider cannot be reached.
    if (new URL(url, window.location.origin).origin === window.location.origin) return false;
    window.location.assign(url);
    return true;
  } catch {
    return false;
  }
}

/** Forgets the session in this browser and loads the log-in page. */
export async function signOut(): Promise<void> {
  await post("signout", {});
  window.location.assign("/login?notice=signed-out");
}

/** @throws if the server does not answer, or not in the way next-auth does. */
async function post(path: string, fields: Record<string, string>): Promise<{ status: number; url: string }> {
  const csrf = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
  const res = await fetch(`/api/auth/${path}`, {
    method: "POST",
    body: new URLSearchParams({ callbackUrl: "/", ...fields, csrfToken: csrf.csrfToken, json: "true" }),
  });
  const { url } = (await res.json()) as { url: string };
  return { status: res.status, url };
}
