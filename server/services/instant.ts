/** For hand-written queries; drizzle columns do this by themselves. PostgreSQL's text of a moment (`2026-01-01 10:00:00+00`) as ISO 8601 in UTC. */
export function toInstant(text: string): string {
  return new Date(text).toISOString();
}

export function toInstantOrNull(text: string | null): string | null {
  return text === null ? null : toInstant(text);
}
