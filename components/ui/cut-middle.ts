/**
 * Cuts the middle out of a long path, keeping whole components at the end: the end tells images apart.
 *
 * @param text a path, URL or identifier
 * @param max longest allowed result, in characters, at least 8
 * @returns `text` unchanged when it fits; else "…/plate.zarr/P003/A/24/0_mip", with the first component (of a
 * URL: scheme and host) kept where that costs no other; a text without a fitting component is cut between its
 * characters
 */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const head = /^(?:[a-z][a-z0-9+.-]*:\/\/)?\/?[^/]+/i.exec(text)?.[0] ?? "";
  const tail = lastComponents(text.slice(head.length), max - 1);
  // A trailing slash alone says nothing.
  if (tail.length < 2) return cutCharacters(text, max);
  const withHead = `${head}/…${tail}`;
  return head !== "" && withHead.length <= max ? withHead : `…${tail}`;
}

/** "/24/0_mip": as many whole components from the end as fit, with their slashes; "" when not even one does. */
function lastComponents(path: string, max: number): string {
  const parts = path.split("/").slice(1);
  let tail = "";
  for (const part of parts.reverse()) {
    const longer = `/${part}${tail}`;
    if (longer.length > max) break;
    tail = longer;
  }
  return tail;
}

function cutCharacters(text: string, max: number): string {
  const room = max - 1;
  const tailLength = Math.ceil(room / 2);
  return `${text.slice(0, room - tailLength)}…${text.slice(text.length - tailLength)}`;
}
