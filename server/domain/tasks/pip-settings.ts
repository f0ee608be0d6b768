/** What counts of pip's own configuration (files and `PIP_` variables) when we collect packages. */

/** Section → option → text, as pip reads it. */
export type PipConfiguration = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Where packages are, how to get there, and which of them a site lets in. Everything else, such as `user`, `target`
 * or `no-deps`, says how to install, and would make another environment than the one that we promise.
 */
const TAKEN = new Set([
  ...["index-url", "extra-index-url", "no-index", "find-links", "constraint", "uploaded-prior-to"],
  ...["proxy", "cert", "client-cert", "trusted-host", "keyring-provider"],
  ...["timeout", "retries", "resume-retries", "cache-dir"],
]);
/** Of options with many meanings: those about certificates. */
const TAKEN_WORDS: Readonly<Record<string, string>> = {
  "use-feature": "truststore",
  "use-deprecated": "legacy-certs",
};
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "pypi-url": "index-url",
  "default-timeout": "timeout",
};
/** Later ones win. */
const SECTIONS = ["global", "install", ":env:"];

function take(option: string, text: string): [option: string, text: string] | null {
  const name = OTHER_NAMES[option] ?? option;
  if (TAKEN.has(name)) return [name, text];
  const word = TAKEN_WORDS[name];
  return word !== undefined && text.split(/\s+/).includes(word) ? [name, word] : null;
}

export type PipSettings = {
  /** `PIP_` variables, which win over all files. */
  env: Record<string, string>;
  /** Names of options; of the files only. */
  unused: string[];
};

/** Options that may name files; of some, several with blanks between them. */
const ONE_FILE = new Set(["cert", "client-cert", "cache-dir"]);
const SEVERAL_FILES = new Set(["find-links", "constraint"]);

/** An address, a path from the root, or one from somebody's home, which pip knows. */
const isComplete = (text: string) => /^(?:[a-z][a-z0-9+.-]*:|\/|~)/i.test(text);

function withWholePaths(option: string, text: string, cwd: string): string {
  const whole = (file: string) => (isComplete(file) ? file : `${cwd}/${file}`);
  if (ONE_FILE.has(option)) return whole(text);
  return SEVERAL_FILES.has(option) ? text.replaceAll(/\S+/g, whole) : text;
}

/**
 * An empty text counts as not set, as it does for pip.
 *
 * @param cwd Folder in which the server was started: paths that are not whole are meant from there, while pip runs
 *   in a folder of its own.
 */
export function choosePipSettings(configuration: PipConfiguration, cwd: string): PipSettings {
  const env: Record<string, string> = {};
  const unused = new Set<string>();
  for (const section of SECTIONS)
    for (const [option, text] of Object.entries(configuration[section] ?? {})) {
      if (text === "") continue;
      const taken = take(option, text);
      if (taken) env[variableOf(taken[0])] = withWholePaths(...taken, cwd);
      else if (section !== ":env:") unused.add(option);
    }
  return { env, unused: [...unused].sort() };
}

/** Whether a variable of the server's environment is one of pip's that count, or says where its files are. */
export function isPipSetting(variable: string, value: string): boolean {
  if (!variable.startsWith("PIP_")) return false;
  const option = optionOf(variable);
  return option === "config-file" || take(option, value) !== null;
}

const variableOf = (option: string) => `PIP_${option.toUpperCase().replaceAll("-", "_")}`;
const optionOf = (variable: string) => variable.replace(/^PIP_/, "").toLowerCase().replaceAll("_", "-");
