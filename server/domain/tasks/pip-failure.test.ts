/** Outputs of real runs of pip, by case and version (`pip-outputs.json`); the address of the index is made up. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { explainPipFailure } from "@/server/domain/tasks/pip-failure";
import { findVersions, isLogFact } from "@/server/domain/tasks/pip-output";

type Captured = Record<string, Record<string, { code: number; output: string; log: string }>>;
const captured = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "pip-outputs.json"), "utf8"),
) as Captured;

const about = { step: "Choose the packages", pythonVersion: "3.11", folder: "/srv/tasks/1/x/1.0", log: "" };
const LATER =
  "Try again later; if it stays, ask an administrator to check the server's network and its pip configuration.";

/** Case → kind and sentence, the same for every pip. */
const EXPECTED: Record<string, [kind: string, sentence: string]> = {
  no_package: [
    "no_package",
    "There is no package called nosuch-package in the index. Check how it is spelled, or upload its wheel.",
  ],
  no_version: ["no_version", "There is no version 9.0 of conf-c. The newest are 2.0, 1.0."],
  no_version_range: ["no_version", "There is no version of conf-c that fits >=9. The newest are 2.0, 1.0."],
  conflict_pin: [
    "conflict",
    "The packages do not fit together: you asked for conf-c==1.0; conf-a 1.0 needs conf-c>=2. Change what is pinned, or choose another version of the package.",
  ],
  conflict_deps: [
    "conflict",
    "The packages do not fit together: conf-a 1.0 needs conf-c>=2; conf-b 1.0 needs conf-c<2. Pin a version that fits, or choose another version of the package.",
  ],
  python_version: [
    "python",
    "newpy 1.0 needs Python >=3.99, and this is Python 3.11. Choose another Python, or another version. For Python 3.11, the only one is 0.9.",
  ],
  python_all: [
    "python",
    "onlynewpy needs Python >=3.99, and this is Python 3.11. Choose another Python, or another version.",
  ],
  platform: [
    "platform",
    "plat has wheels, but none for Python 3.11 on this computer. Choose another Python, or another version.",
  ],
  source_only: [
    "source_only",
    "srconly 1.0 is there only as source code, and only wheels are installed, because building runs foreign code. Build a wheel of it and upload it.",
  ],
  needs_missing: [
    "no_package",
    "needs-missing needs nosuchpackage-abc-xyz>=1: there is no package called nosuchpackage-abc-xyz in the index. Check how it is spelled, or upload its wheel.",
  ],
  needs_old: [
    "no_version",
    "needs-old needs conf-c==3.0: there is no version 3.0 of conf-c. The newest are 2.0, 1.0.",
  ],
  rever_index: [
    "bad_wheel",
    "The wheel says that it is version 2.0, but its file name says 1.0; do not rename wheels.",
  ],
  renamed: [
    "bad_wheel",
    "The wheel calls itself numpy, but its file name says renamed; do not rename wheels.",
  ],
  renamed_index: [
    "bad_wheel",
    "The wheel calls itself numpy, but its file name says renamed; do not rename wheels.",
  ],
  badzip: [
    "bad_wheel",
    "The wheel of badzip is damaged: it is no zip archive with the files of a package. Build it again, or send it again.",
  ],
  wheel_platform: [
    "platform",
    "plat-1.0-cp311-cp311-win_amd64.whl is not built for this computer or this Python: the last parts of its name say for which. Choose another Python, or build it for this one.",
  ],
  wheel_python: [
    "python",
    "onlynewpy needs Python >=3.99, and this is Python 3.11. Choose another Python, or another version.",
  ],
  outside: [
    "bad_wheel",
    "The wheel evil-1.0-py3-none-any.whl tries to write outside of its environment and was refused. Do not trust it.",
  ],
  refused: [
    "unreachable",
    `The package index 127.0.0.1:9 cannot be used: the connection was refused. ${LATER}`,
  ],
  no_dns: [
    "unreachable",
    `The package index index.invalid cannot be used: its name cannot be resolved. ${LATER}`,
  ],
  forbidden: [
    "unreachable",
    `The package index index.example cannot be used: it does not let us in. ${LATER}`,
  ],
  unavailable: [
    "unreachable",
    `The package index index.example cannot be used: it has a problem of its own. ${LATER}`,
  ],
};

const rows = Object.entries(captured).flatMap(([name, pips]) =>
  Object.entries(pips).map(([pip, run]) => ({ name, pip, ...run })),
);

test.each(rows)("$name, pip $pip", ({ name, code, output, log }) => {
  const { kind, sentence } = explainPipFailure({ ...about, output, log, exitCode: code });
  expect([kind, sentence]).toEqual(EXPECTED[name]);
});

test("every case was captured, and every capture is expected", () => {
  expect(Object.keys(captured).sort()).toEqual(Object.keys(EXPECTED).sort());
});

const OS = "ERROR: Could not install packages due to an OSError: ";
test.each([
  [
    "a full disk",
    `${OS}[Errno 28] No space left on device`,
    "disk_full",
    /^The disk is full: there is no space left for \/srv\/tasks\/1\/x\/1\.0\. Free space/,
  ],
  ["a used-up quota", `${OS}[Errno 122] Disk quota exceeded`, "disk_full", /^The disk quota is used up/],
  [
    "no right",
    `${OS}[Errno 13] Permission denied: '/srv/cache/http'`,
    "permission",
    /^The server may not write \/srv\/cache\/http\. Ask an administrator/,
  ],
  [
    "a certificate",
    `${OS}HTTPSConnectionPool(host='files.example', port=443): Max retries exceeded with url: /x.whl (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))`,
    "unreachable",
    /^The package index files\.example cannot be used: its certificate is not trusted here\./,
  ],
  [
    "a download that stops",
    "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.example', port=443): Read timed out.",
    "unreachable",
    /files\.example cannot be used: it did not answer in time\./,
  ],
  [
    "a constraint of the host",
    "ERROR: Cannot install a because these package versions have conflicting dependencies.\n\nThe conflict is caused by:\n    The user requested a\n    The user requested (constraint) a<90\n\nTo fix this you could try to:\n",
    "conflict",
    /^The packages do not fit together: you asked for a; the server's pip takes only a<90\. Ask an administrator about the constraints of the server's pip, or choose another version of the package\.$/,
  ],
  [
    "too many combinations",
    "error: resolution-too-deep\n\n× Dependency resolution exceeded maximum depth",
    "conflict",
    /^The packages do not fit together: pip has found no set of versions\./,
  ],
  [
    "something new",
    "WARNING: a\nERROR: first\nERROR: The moon is full.\n",
    "other",
    /^"Choose the packages" failed: The moon is full\. The log below says more\.$/,
  ],
])("%s", (_, output, kind, why) => {
  const found = explainPipFailure({ ...about, output, exitCode: 1 });
  expect(found.kind).toBe(kind);
  expect(found.sentence).toMatch(why);
});

test("a pip that was killed is not blamed on what it said before", () => {
  const { sentence } = explainPipFailure({ ...about, output: "Collecting a\n", exitCode: null });
  expect(sentence).toMatch(
    /^"Choose the packages" failed: it was ended from outside, perhaps because memory ran out\./,
  );
});

test.each([
  [
    "lost-lib (from lost-tasks==1.0)",
    /^lost-tasks==1\.0 needs lost-lib: there is no package called lost-lib/,
  ],
  ["lost-lib>=2 (from mid-lib->lost-tasks==1.0)", /^mid-lib needs lost-lib>=2: there is no/],
  ["lost-lib[gpu]==2", /^There is no package called lost-lib/],
  ["lost-lib", /^There is no package called lost-lib/],
])("who needs it: %s", (requirement, why) => {
  const output = `ERROR: Could not find a version that satisfies the requirement ${requirement} (from versions: none)`;
  expect(explainPipFailure({ ...about, output, exitCode: 1 }).sentence).toMatch(why);
});

test("an index with a password in its address is named without it", () => {
  const log =
    "Could not fetch URL https://me:secret@index.example/simple/a/: 403 Client Error: Forbidden - skipping";
  const output = "ERROR: Could not find a version that satisfies the requirement a==1 (from versions: none)";
  const { sentence } = explainPipFailure({ ...about, log, output, exitCode: 1 });
  expect(sentence).toMatch(/^The package index index\.example cannot be used: it does not let us in\./);
});

test("versions are read from the files that pip has found, also of another spelling", () => {
  const log = [
    "  Found link https://f.example/ab/My_Tasks-1.0-py3-none-any.whl (from https://i.example/simple/my-tasks/) (requires-python:>=3.8,<4.0), version: 1.0",
    "  Found link https://f.example/ab/my_tasks-1.0-cp311-abi3-linux_x86_64.whl#sha256=ab (from https://i.example/simple/my-tasks/), version: 1.0",
    "  Found link https://f.example/ab/my_tasks-2.0rc1-py3-none-any.whl (from https://i.example/simple/my-tasks/), version: 2.0rc1",
    "  Found link file:///srv/wheels/my_tasks-2.0-py3-none-any.whl, version: 2.0",
    "  Found link https://f.example/ab/other-3.0-py3-none-any.whl (from https://i.example/simple/other/), version: 3.0",
  ].join("\n");
  expect(findVersions(log, "my-tasks")).toEqual(["1.0", "2.0rc1", "2.0"]);
  expect(log.split("\n").every(isLogFact)).toBe(true);
});
