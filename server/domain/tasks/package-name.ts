/** One spelling per package: runs of `-`, `_` and `.` become one `-`, lower case. @see Domain specification §10.8. */
export function normalizePackageName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/**
 * Name and version out of the file name of a wheel (PEP 427):
 * `{name}-{version}(-{build})-{python}-{abi}-{platform}.whl`.
 *
 * @param path Only the part after the last `/` counts.
 * @returns `pkg_name` normalised; null if it is not the name of a wheel.
 */
export function parseWheelName(path: string): { pkg_name: string; version: string } | null {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const parts = file.replace(/\.whl$/, "").split("-");
  const [name, version] = parts;
  if (!file.endsWith(".whl") || (parts.length !== 5 && parts.length !== 6)) return null;
  if (!name || !/^[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?$/.test(name)) return null;
  if (!version || !/^\d[A-Za-z0-9._!+]*$/.test(version)) return null;
  if (parts.length === 6 && !/^\d/.test(parts[2] ?? "")) return null;
  return { pkg_name: normalizePackageName(name), version };
}
