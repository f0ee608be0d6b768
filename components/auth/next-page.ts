/**
 * Where to go after log-in: only pages of our own, so that a link cannot lead people to another site.
 *
 * @returns "/" for everything else
 */
export function nextPage(next: string | undefined): string {
  if (next === undefined || !next.startsWith("/")) return "/";
  // Browsers read "//" and "/\" as the start of another host's address, also with tabs in between.
  const base = "http://own.invalid";
  if (!URL.canParse(next, base)) return "/";
  const url = new URL(next, base);
  if (url.origin !== base || url.pathname === "/login") return "/";
  return url.pathname + url.search + url.hash;
}
