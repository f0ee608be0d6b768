/** Who keeps something from being deleted, in words. */

export type UsedBy = { noun: string } & ({ names: readonly string[] } | { count: number });

const MAX_NAMED = 5;

/** "the profiles A and B, and 12 jobs"; long lists are cut with their rest counted. Null: nobody. */
export function inUse(users: readonly UsedBy[]): string | null {
  const parts = users.flatMap((user) => {
    const count = "names" in user ? user.names.length : user.count;
    if (count === 0) return [];
    const noun = count === 1 ? user.noun : `${user.noun}s`;
    if (!("names" in user)) return [`${count} ${noun}`];
    const rest = count - MAX_NAMED;
    const shown = user.names.slice(0, MAX_NAMED);
    return [`the ${noun} ${joined(rest > 0 ? [...shown, `${rest} more`] : shown)}`];
  });
  return parts.length === 0 ? null : joined(parts);
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}
