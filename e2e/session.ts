import { createTRPCClient, httpLink } from "@trpc/client";
import type { AppRouter } from "../server/api/root";

export type Session = {
  /** As the browser sends it. */
  cookie: string;
  cookies: { name: string; value: string; url: string }[];
  api: ReturnType<typeof createTRPCClient<AppRouter>>;
};

export type Credentials = { email: string; password: string };

/** Logs in without a browser. Null: refused, or nobody answers. */
export async function logIn(baseURL: string, { email, password }: Credentials): Promise<Session | null> {
  try {
    const jar = new Map<string, string>();
    const csrf = await fetch(`${baseURL}/api/auth/csrf`);
    keepCookies(jar, csrf);
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const answer = await fetch(`${baseURL}/api/auth/callback/credentials`, {
      method: "POST",
      headers: { cookie: cookieOf(jar) },
      body: new URLSearchParams({ csrfToken, email, password, callbackUrl: "/", json: "true" }),
      redirect: "manual",
    });
    if (!answer.ok) return null;
    keepCookies(jar, answer);
    const cookie = cookieOf(jar);
    return {
      cookie,
      cookies: [...jar].map(([name, value]) => ({ name, value, url: baseURL })),
      api: createTRPCClient<AppRouter>({
        links: [httpLink({ url: `${baseURL}/api/trpc`, headers: { cookie } })],
      }),
    };
  } catch {
    return null;
  }
}

function keepCookies(jar: Map<string, string>, answer: Response): void {
  for (const line of answer.headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

const cookieOf = (jar: ReadonlyMap<string, string>) =>
  [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
