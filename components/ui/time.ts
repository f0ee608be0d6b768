/** Instants as people read them (design.md §8). `now` is passed in, so that the functions are pure. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const two = (value: number) => String(value).padStart(2, "0");

/** "08:31", local time, 24 hours. */
export function formatTimeOfDay(instant: Date): string {
  return `${two(instant.getHours())}:${two(instant.getMinutes())}`;
}

/** "20 Nov 2026, 08:31:04", local time: the absolute form for tooltips. */
export function formatAbsolute(instant: Date): string {
  const date = `${instant.getDate()} ${MONTHS[instant.getMonth()]} ${instant.getFullYear()}`;
  return `${date}, ${formatTimeOfDay(instant)}:${two(instant.getSeconds())}`;
}

/** "20 Nov 2026, 08:31 UTC": what the server renders, since it does not know the reader's time zone. */
export function formatUtc(instant: Date): string {
  const date = `${instant.getUTCDate()} ${MONTHS[instant.getUTCMonth()]} ${instant.getUTCFullYear()}`;
  return `${date}, ${two(instant.getUTCHours())}:${two(instant.getUTCMinutes())} UTC`;
}

/** "today 08:31", "yesterday 17:02", "18 Nov 08:31", and with the year when it is not this one. */
export function formatMoment(instant: Date, now: Date): string {
  const day = calendarDay(instant, now);
  return `${day} ${formatTimeOfDay(instant)}`;
}

/** "just now", "12 min ago", "3 h ago", "yesterday", "18 Nov", "18 Nov 2025"; "in 6 min" for the future. */
export function formatAgo(instant: Date, now: Date): string {
  const ageMs = now.getTime() - instant.getTime();
  const ahead = ageMs < 0;
  const distanceMs = Math.abs(ageMs);
  if (distanceMs < MINUTE_MS) return ahead ? "in under 1 min" : "just now";
  const wrap = (text: string) => (ahead ? `in ${text}` : `${text} ago`);
  if (distanceMs < HOUR_MS) return wrap(`${Math.floor(distanceMs / MINUTE_MS)} min`);
  const day = calendarDay(instant, now);
  if (day === "today" || distanceMs < 6 * HOUR_MS) return wrap(`${Math.floor(distanceMs / HOUR_MS)} h`);
  return day;
}

function calendarDay(instant: Date, now: Date): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  // Days with a clock change have 23 or 25 hours: round instead of dividing exactly.
  const days = Math.round((midnight(now) - midnight(instant)) / (24 * HOUR_MS));
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  if (days === -1) return "tomorrow";
  const date = `${instant.getDate()} ${MONTHS[instant.getMonth()]}`;
  return instant.getFullYear() === now.getFullYear() ? date : `${date} ${instant.getFullYear()}`;
}
