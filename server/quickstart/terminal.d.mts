export declare function bold(text: string): string;
export declare function dim(text: string): string;
export declare function step<T>(title: string, work: () => Promise<{ value: T; note?: string }>): Promise<T>;
export declare function printRefusal(sentence: string, details?: string): void;
export declare function say(line?: string): void;
export declare function table(rows: readonly (readonly string[])[]): string;
export declare class LiveLines {
  draw(lines: readonly string[]): void;
  log(line: string): void;
}
