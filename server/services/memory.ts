/** A bounded map whose oldest entry falls out. For values whose key changes whenever they would. */
export type Memory<T> = { get(key: string): T | undefined; set(key: string, value: T): void };

export function createMemory<T>(maxEntries: number): Memory<T> {
  const entries = new Map<string, T>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      const oldest = entries.keys().next();
      if (entries.size >= maxEntries && !oldest.done) entries.delete(oldest.value);
      entries.set(key, value);
    },
  };
}
