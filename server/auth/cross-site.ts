/**
 * True for a request that another site's page sent from the browser of somebody who is signed in here.
 * Browsers name the page's origin with every change they send; programs send none, and cannot be tricked
 * into using somebody's cookie.
 */
export function isCrossSite(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null) {
    const site = headers.get("sec-fetch-site");
    return site !== null && site !== "same-origin" && site !== "none";
  }
  if (!URL.canParse(origin)) return true;
  const publicUrl = process.env["NEXTAUTH_URL"];
  const ours = [headers.get("host"), publicUrl && URL.canParse(publicUrl) ? new URL(publicUrl).host : null];
  return !ours.includes(new URL(origin).host);
}
