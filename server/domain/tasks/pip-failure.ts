/** Why pip failed, in one sentence: the cause with its names and numbers, and what to do next. */
import { findConflict, findFailedFetch, findMissing, findPassed, passedOf } from "./pip-output";
import type { Missing, Passed, PipRun } from "./pip-output";
import { compareVersions, isPreRelease } from "./versions";

export type PipFailureKind =
  | "no_package"
  | "no_version"
  | "python"
  | "platform"
  | "source_only"
  | "conflict"
  | "unreachable"
  | "bad_wheel"
  | "disk_full"
  | "permission"
  | "other";
export type PipFailure = { kind: PipFailureKind; sentence: string };

export type FailedPip = PipRun & {
  /** What it was for, as an imperative. */
  readonly step: string;
  /** Null: it was killed. */
  readonly exitCode: number | null;
  readonly pythonVersion: string;
  /** Where it writes. */
  readonly folder: string;
};

/** The most certain cause first; of several, the one that a person can do something about. */
export function explainPipFailure(run: FailedPip): PipFailure {
  return (
    explainHost(run) ??
    explainConflict(run) ??
    explainWheel(run) ??
    explainMissing(run) ??
    explainPython(run) ??
    explainNetwork(run) ?? { kind: "other", sentence: explainOther(run) }
  );
}

function explainHost({ output, folder }: FailedPip): PipFailure | null {
  if (/\[Errno 28\]|No space left on device/.test(output))
    return {
      kind: "disk_full",
      sentence: `The disk is full: there is no space left for ${folder}. Free space on it, or ask an administrator, and collect again.`,
    };
  if (/\[Errno 122\]|Disk quota exceeded/.test(output))
    return {
      kind: "disk_full",
      sentence: `The disk quota is used up: there is no space left for ${folder}. Free space, or ask an administrator, and collect again.`,
    };
  const denied =
    /\[Errno (?:13|30)\][^\n]*?(?:'([^'\n]+)')|(?:Permission denied|Read-only file system):? '?([^'\n]*)/.exec(
      output,
    );
  if (denied)
    return {
      kind: "permission",
      sentence: `The server may not write ${denied[1] || denied[2] || folder}. Ask an administrator to correct its rights.`,
    };
  return null;
}

function explainWheel({ output }: FailedPip): PipFailure | null {
  const bad = (sentence: string): PipFailure => ({ kind: "bad_wheel", sentence });
  const renamed =
    /from \S*?([^/\s]+\.whl) has inconsistent (name|version): (?:expected|filename has) '([^']+)', but metadata has '([^']+)'/i.exec(
      output,
    );
  if (renamed) {
    const [, , what = "", expected = "", real = ""] = renamed;
    return bad(
      what.toLowerCase() === "name"
        ? `The wheel calls itself ${real}, but its file name says ${expected}; do not rename wheels.`
        : `The wheel says that it is version ${real}, but its file name says ${expected}; do not rename wheels.`,
    );
  }
  const invalid =
    /Wheel '([^']+)' located at \S+ is invalid|(\S+\.whl) is not a valid wheel filename|Invalid wheel filename[^:]*: '?(\S+?)'?$/m.exec(
      output,
    );
  if (invalid)
    return bad(
      `The wheel of ${invalid[1] ?? invalid[2] ?? invalid[3]} is damaged: it is no zip archive with the files of a package. Build it again, or send it again.`,
    );
  const platform = /ERROR: (\S+\.whl) is not a supported wheel on this platform/.exec(output);
  if (platform)
    return {
      kind: "platform",
      sentence: `${platform[1]} is not built for this computer or this Python: the last parts of its name say for which. Choose another Python, or build it for this one.`,
    };
  const outside = /The wheel '?(\S+?)'? has a file .* trying to install outside the target directory/.exec(
    output,
  );
  if (outside)
    return bad(
      `The wheel ${(outside[1] ?? "").split("/").at(-1)} tries to write outside of its environment and was refused. Do not trust it.`,
    );
  if (
    /BadZipFile|\.dist-info directory not found|has an invalid wheel|contains multiple \.dist-info|UnsupportedWheel|does not have a .*METADATA/.test(
      output,
    )
  )
    return bad(`The wheel is damaged: ${lastError(output)} Build it again, or send it again.`);
  return null;
}

function explainConflict(run: FailedPip): PipFailure | null {
  const lines = findConflict(run);
  if (lines === null) return null;
  const [asked, others] = [lines.filter(isAsked), lines.filter((line) => !isAsked(line))];
  const parts = [
    ...asked.map((line) =>
      line
        .replace(CONSTRAINED, "the server's pip takes only ")
        .replace("The user requested", "you asked for"),
    ),
    // Many lines differ only in the version that pip has tried.
    ...distinctBy(others, (line) => line.replace(/^(\S+) \S+ depends/, "$1 depends")).map((line) =>
      line.replace(" depends on ", " needs "),
    ),
  ];
  const shown = parts.slice(0, MAX_REASONS).join("; ");
  const next = asked.some((line) => line.startsWith(CONSTRAINED))
    ? "Ask an administrator about the constraints of the server's pip"
    : asked.length > 0
      ? "Change what is pinned"
      : "Pin a version that fits";
  const more = parts.length > MAX_REASONS ? `; and ${parts.length - MAX_REASONS} more` : "";
  return {
    kind: "conflict",
    sentence:
      parts.length === 0
        ? "The packages do not fit together: pip has found no set of versions. Choose another version, or pin fewer packages."
        : `The packages do not fit together: ${shown}${more}. ${next}, or choose another version of the package.`,
  };
}

const MAX_REASONS = 4;
/** Nobody else than the configuration of the host's pip gives constraints. */
const CONSTRAINED = "The user requested (constraint) ";
const isAsked = (line: string) => line.startsWith("The user requested");

function explainMissing(run: FailedPip): PipFailure | null {
  const missing = findMissing(run);
  if (!missing) return null;
  const { pkg_name, specifier, neededBy, versions } = missing;
  const wanted = /^={2,3}([^,*]+)$/.exec(specifier)?.[1] ?? null;
  const unreachable = explainFetch(run, pkg_name);
  if (versions.length === 0 && unreachable) return unreachable;
  const passed = passedOf(findPassed(run, pkg_name), wanted);
  const needs = neededBy === null ? "" : `${neededBy} needs ${pkg_name}${specifier}: `;
  const why = explainPassed(missing, wanted, passed, run.pythonVersion) ?? explainAbsent(missing, wanted);
  const sentence = needs === "" ? why.sentence.replace(/^there/, "There") : `${needs}${why.sentence}`;
  return { kind: why.kind, sentence };
}

/** The version, or the package, is there, but not in a form that can be installed. */
function explainPassed(
  { pkg_name, versions }: Missing,
  wanted: string | null,
  passed: readonly Passed[],
  pythonVersion: string,
): PipFailure | null {
  // Of a package whose other versions could be installed, what was passed over explains nothing.
  if (wanted === null && versions.length > 0) return null;
  const what = wanted === null ? pkg_name : `${pkg_name} ${wanted}`;
  const others = versions.length === 0 ? "" : ` For Python ${pythonVersion}, ${offer(versions)}.`;
  const python = passed.find(({ why }) => why === "python");
  if (python)
    return {
      kind: "python",
      sentence: `${what} needs Python ${python.detail || "of another version"}, and this is Python ${pythonVersion}. Choose another Python, or another version.${others}`,
    };
  if (passed.some(({ why }) => why === "platform"))
    return {
      kind: "platform",
      sentence: `${what} has wheels, but none for Python ${pythonVersion} on this computer. Choose another Python, or another version.${others}`,
    };
  if (passed.some(({ why }) => why === "source"))
    return {
      kind: "source_only",
      sentence: `${what} is there only as source code, and only wheels are installed, because building runs foreign code. Build a wheel of it and upload it.${others}`,
    };
  return null;
}

function explainAbsent({ pkg_name, versions, specifier }: Missing, wanted: string | null): PipFailure {
  if (versions.length === 0)
    return {
      kind: "no_package",
      sentence: `there is no package called ${pkg_name} in the index. Check how it is spelled, or upload its wheel.`,
    };
  const what =
    wanted === null
      ? `no version of ${pkg_name} that fits ${specifier}`
      : `no version ${wanted} of ${pkg_name}`;
  return { kind: "no_version", sentence: `there is ${what}. ${capital(offer(versions))}.` };
}

/** The newest versions, stable ones first: those that somebody wants who has mistyped. */
export function offer(versions: readonly string[]): string {
  const newest = [...versions].sort((a, b) => compareVersions(b, a));
  const stable = newest.filter((version) => !isPreRelease(version));
  const shown = (stable.length > 0 ? stable : newest).slice(0, 5);
  return shown.length === 1 ? `the only one is ${shown[0]}` : `the newest are ${shown.join(", ")}`;
}

/** A wheel of our own that asks for another Python; what pip says where nothing else could be tried. */
function explainPython({ output, pythonVersion }: FailedPip): PipFailure | null {
  const found = /Package '([^']+)' requires a different Python: \S+ not in '([^']*)'/.exec(output);
  return (
    found && {
      kind: "python",
      sentence: `${found[1]} needs Python ${found[2]}, and this is Python ${pythonVersion}. Choose another Python, or another version.`,
    }
  );
}

const explainNetwork = (run: FailedPip) => explainFetch(run, null);

function explainFetch(run: FailedPip, pkgName: string | null): PipFailure | null {
  const failed = findFailedFetch(run, pkgName);
  return (
    failed && {
      kind: "unreachable",
      sentence: `The package index ${failed.host} cannot be used: ${failed.why}. Try again later; if it stays, ask an administrator to check the server's network and its pip configuration.`,
    }
  );
}

function explainOther({ step, exitCode, output }: FailedPip): string {
  const how =
    exitCode === null
      ? "it was ended from outside, perhaps because memory ran out"
      : lastError(output) || `it ended with exit code ${exitCode}`;
  return `"${step}" failed: ${how.replace(/\.$/, "")}. The log below says more.`;
}

/** The last line that pip calls an error, without the word. */
function lastError(output: string): string {
  const line = output
    .split("\n")
    .filter((text) => /^(?:ERROR|error|Error): /.test(text.trim()))
    .at(-1);
  return line === undefined
    ? ""
    : line
        .trim()
        .replace(/^\w+: /, "")
        .slice(0, 300);
}

function distinctBy<T>(list: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of list) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
