/** What pip's output and its `--log` file say, as facts. Texts of pip 21 to 26. */
import { normalizePackageName } from "./package-name";
import { isSameVersion } from "./versions";

/** How a run of pip ended. */
export type PipRun = {
  /** Standard output and error. */
  readonly output: string;
  /** Lines of the `--log` file that `isLogFact` keeps. */
  readonly log: string;
};

/** Lines of `--log` that are worth reading; the file may have 100 MB of others. */
export const isLogFact = (line: string) =>
  /Could not fetch URL|Found link|Skipping link: (?:No sources permitted|none of the wheel)|Link requires a different Python/.test(
    line,
  );

/** Versions of a package that fit this Python, each once, in no order. */
export function findVersions(log: string, pkgName: string): string[] {
  const found = new Set<string>();
  for (const line of log.split("\n")) {
    const file = /Found link \S*\/([^/\s#,]+\.whl).*, version: \S+$/.exec(line)?.[1];
    const version = file === undefined ? undefined : versionOf(file, pkgName);
    if (version !== undefined) found.add(version);
  }
  return [...found];
}

/** A requirement for which pip has found nothing. */
export type Missing = {
  /** Normalised. */
  pkg_name: string;
  /** As it was asked for: `==1.0`, or empty. */
  specifier: string;
  /** The package that needs it; null: we asked for it. */
  neededBy: string | null;
  /** What there is for this Python, oldest first. */
  versions: string[];
};

const REQUIREMENT = String.raw`([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(?:\s*([^\s(;]+))?`;

export function findMissing({ output }: PipRun): Missing | null {
  const match = new RegExp(
    String.raw`Could not find a version that satisfies the requirement ${REQUIREMENT}[^\n]*?(?: \(from ([^)]*)\))? \(from versions: ([^)]*)\)`,
  ).exec(output);
  if (!match) return null;
  const [, name = "", specifier = "", from, versions = ""] = match;
  return {
    pkg_name: normalizePackageName(name),
    specifier,
    // "-r file (line 3)" is our own list.
    neededBy: from === undefined || from.startsWith("-r ") ? null : (from.split("->")[0]?.trim() ?? null),
    versions: versions === "none" ? [] : versions.split(",").map((version) => version.trim()),
  };
}

/** An index that gave no answer about a package: where it is, and why. Not found (404) is an answer. */
export type FailedFetch = { host: string; why: string };

export function findFailedFetch({ log, output }: PipRun, pkgName: string | null): FailedFetch | null {
  for (const line of log.split("\n")) {
    const [, url = "", why = ""] = /Could not fetch URL (\S+?): (.*?)(?: - skipping)?$/.exec(line) ?? [];
    if (url === "" || /\b404\b/.test(why)) continue;
    if (pkgName === null || normalizePackageName(url).includes(`/${pkgName}/`))
      return { host: hostOf(url), why: networkReason(why) ?? "it does not answer properly" };
  }
  const broken = output.split("\n").find((line) => NETWORK.some(([pattern]) => pattern.test(line)));
  if (broken === undefined) return null;
  const host = /host='([^']+)'(?:, port=(\d+))?/.exec(broken);
  const name =
    host?.[1] === undefined ? hostOf(broken) : `${host[1]}${host[2] === undefined ? "" : `:${host[2]}`}`;
  return {
    host: name.replace(/:(?:443|80)$/, ""),
    why: networkReason(broken) ?? "it does not answer properly",
  };
}

/** Never with the user name and password that an address may hold. */
const hostOf = (url: string) => /https?:\/\/(?:[^\s/@]*@)?([^\s/'")]+)/.exec(url)?.[1] ?? "the index";

const NETWORK: readonly (readonly [RegExp, string])[] = [
  [/Connection refused|\[Errno 111\]/, "the connection was refused"],
  [
    /Name or service not known|Temporary failure in name resolution|nodename nor servname|getaddrinfo failed|NameResolutionError/,
    "its name cannot be resolved",
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError|confirming the ssl certificate/,
    "its certificate is not trusted here",
  ],
  [/ProxyError|Cannot connect to proxy|Tunnel connection failed/, "the proxy does not let it through"],
  [/ReadTimeoutError|ConnectTimeoutError|[Tt]imed out/, "it did not answer in time"],
  [/No route to host|Network is unreachable/, "there is no way to it"],
  [/\b40[13] (?:Client )?Error|\b407\b.*Proxy/, "it does not let us in"],
  [/\b5\d\d Server Error|\b429 Client Error|too many \d+ error responses/, "it has a problem of its own"],
  [
    /ConnectionResetError|Connection aborted|RemoteDisconnected|IncompleteRead|Connection broken|ProtocolError/,
    "the connection broke off",
  ],
  [/Max retries exceeded|NewConnectionError/, "it cannot be reached"],
];
const networkReason = (text: string) => NETWORK.find(([pattern]) => pattern.test(text))?.[1] ?? null;

/** Files of a package that were passed over, and why; version null where the file name does not tell. */
export type Passed = { version: string | null; why: "source" | "platform" | "python"; detail: string };

export function findPassed({ log, output }: PipRun, pkgName: string): Passed[] {
  const found: Passed[] = [];
  for (const line of log.split("\n")) {
    const file = /\/([^/\s#]+\.(?:whl|tar\.gz|zip|tar\.bz2|tgz))(?:[#\s,]|$)/.exec(line)?.[1];
    const version = file === undefined ? undefined : versionOf(file, pkgName);
    if (version === undefined) continue;
    if (line.includes("No sources permitted")) found.push({ version, why: "source", detail: "" });
    else if (line.includes("none of the wheel")) found.push({ version, why: "platform", detail: "" });
    else if (line.includes("requires a different Python"))
      found.push({ version, why: "python", detail: /not in: '([^']*)'/.exec(line)?.[1] ?? "" });
  }
  const direct = /Package '([^']+)' requires a different Python: \S+ not in '([^']*)'/.exec(output);
  if (direct && normalizePackageName(direct[1] ?? "") === pkgName)
    found.push({ version: null, why: "python", detail: direct[2] ?? "" });
  return found;
}

/** Undefined: a file of another package. */
function versionOf(file: string, pkgName: string): string | undefined {
  const stem = file.replace(/\.(?:whl|tar\.gz|zip|tar\.bz2|tgz)$/, "");
  if (file.endsWith(".whl")) {
    const [name = "", version] = stem.split("-");
    return normalizePackageName(name) === pkgName ? version : undefined;
  }
  for (let at = stem.indexOf("-"); at > 0; at = stem.indexOf("-", at + 1))
    if (normalizePackageName(stem.slice(0, at)) === pkgName && /^\d/.test(stem.slice(at + 1)))
      return stem.slice(at + 1);
  return undefined;
}

export const passedOf = (passed: readonly Passed[], version: string | null) =>
  version === null
    ? passed
    : passed.filter((file) => file.version === null || isSameVersion(file.version, version));

/** Lines under "The conflict is caused by:", without pip's "The user requested"; null: no conflict. */
export function findConflict({ output }: PipRun): string[] | null {
  const [, part] = /The conflict is caused by:\n((?:[ \t]+\S[^\n]*(?:\n|$))+)/.exec(output) ?? [];
  if (part === undefined)
    return /ResolutionImpossible|conflicting dependencies|resolution-too-deep|Dependency resolution exceeded/.test(
      output,
    )
      ? []
      : null;
  return part
    .trim()
    .split("\n")
    .map((line) => line.trim());
}
