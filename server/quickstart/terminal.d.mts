export function bold(text: string): string;
export function dim(text: string): string;
export function step<T>(title: string, work: () => Promise<{ value: T; note?: string }>): Promise<T>;
export function printRefusal(sentence: string, details?: string): void;
export function say(line?: string): void;
export function table(rows: readonly (readonly string[])[]): string;
export class LiveLines {
  draw(lines: readonly string[]): void;
  log(line: string): void;
}
