/** Behind a proxy the first address of the list is the person's; without one, every local attempt counts together. */
export function addressOf(forwarded: unknown): string {
  return typeof forwarded === "string" ? (forwarded.split(",")[0]?.trim() ?? "unknown") : "unknown";
}
