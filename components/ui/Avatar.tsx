import { cx } from "class-variance-authority";

/** Initials of an address: "i.moreau@example.org" → "IM", "okafor@…" → "OK". */
export function initials(email: string): string {
  const name = email.split("@")[0] ?? email;
  const parts = name.split(/[._\-+\s]+/).filter(Boolean);
  const first = parts[0] ?? "?";
  return (
    parts.length > 1 ? `${first.charAt(0)}${parts[1]?.charAt(0) ?? ""}` : first.slice(0, 2)
  ).toUpperCase();
}

export function Avatar({ email, size = 22 }: { email: string; size?: number }) {
  return (
    <span
      title={email}
      style={{ width: size, height: size }}
      className={cx(
        "inline-grid shrink-0 place-items-center rounded-full bg-press text-[10px] font-semibold tracking-[0.02em] text-ink-2",
      )}
    >
      <span aria-hidden="true">{initials(email)}</span>
      <span className="sr-only">{email}</span>
    </span>
  );
}
