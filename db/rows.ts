/** @returns The only row. @throws Error (a bug, not a user's mistake) unless there is exactly one. */
export function one<T>(rows: readonly T[]): T {
  const row = rows[0];
  if (rows.length !== 1 || row === undefined) throw new Error(`expected exactly one row, got ${rows.length}`);
  return row;
}

/** @returns The only row, or null when there is none. @throws Error (a bug) when there are several. */
export function maybeOne<T>(rows: readonly T[]): T | null {
  return rows.length === 0 ? null : one(rows);
}
