export declare const EXIT: Readonly<
  Record<
    | "usage"
    | "node"
    | "python"
    | "port"
    | "dataDir"
    | "images"
    | "database"
    | "settings"
    | "install"
    | "build"
    | "server"
    | "setup"
    | "job"
    | "verification"
    | "interrupted",
    number
  >
>;

export declare class Refusal extends Error {
  constructor(code: number, sentence: string, details?: string);
  readonly code: number;
  readonly details: string;
}
