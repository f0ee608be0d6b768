import { NextResponse } from "next/server";
import type { NextRequest } from "next/server";

const isDevelopment = process.env.NODE_ENV === "development";

/** Pages only. `/api` must not match: Next would cut request bodies at 10 MB. Nor files that never change. */
export const config = {
  matcher: [{ source: "/((?!api/|api$|_next/static|_next/image|favicon.ico|icon).*)" }],
};

/**
 * Gives every page a nonce of its own: scripts run only if the server wrote them into this very page.
 * Next reads the nonce from the request's policy and puts it on its scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  // For the way back after log-in; whatever the browser sent under this name is overwritten.
  headers.set("x-fractal-page", request.nextUrl.pathname + request.nextUrl.search);

  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  response.headers.set("x-frame-options", "DENY");
  return response;
}

function contentSecurityPolicy(nonce: string): string {
  // While developing, Next evaluates code and reloads over a web socket.
  const evaluate = isDevelopment ? " 'unsafe-eval'" : "";
  const socket = isDevelopment ? " ws: wss:" : "";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'${evaluate}`,
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self'${socket}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
