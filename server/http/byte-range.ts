/** The header `Range` of HTTP (RFC 9110 §14), as far as readers of Zarr need it: one range of bytes. Pure. */

/** Both ends inclusive. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * @param size of the whole file, in bytes
 * @returns "whole" without a range, and for what a server is free to ignore: other units, several ranges, nonsense;
 *   "unsatisfiable" if no byte of the file is asked for.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const found = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? "");
  if (!found) return "whole";
  const [, first = "", last = ""] = found;
  if (first === "") return last === "" ? "whole" : suffix(Number(last), size);
  const start = Number(first);
  const end = last === "" ? size - 1 : Number(last);
  if (last !== "" && end < start) return "whole";
  return start < size ? { start, end: Math.min(end, size - 1) } : "unsatisfiable";
}

function suffix(length: number, size: number): ByteRange | "unsatisfiable" {
  if (length === 0 || size === 0) return "unsatisfiable";
  return { start: Math.max(0, size - length), end: size - 1 };
}

/** `If-None-Match`: a list of tags or `*`; weak tags count as equal for reading. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((one) => ["*", tag].includes(one.trim().replace(/^W\//, "")));
}
