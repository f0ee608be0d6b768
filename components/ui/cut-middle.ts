/**
 * Cuts the middle out of a long path, keeping whole components at the end: the end tells images apart.
 *
 * @param text a path, URL or identifier
 * @param max longest allowed result, in characters, at least 8
 * @returns `text` unchanged when it fits; else "…/plate.zarr/P003/A/24/0_mip", with the first component kept
 * when it fits too; a text without a fitting component is cut between its characters
 */
export function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const parts = text.split("/");
  let tail = "";
  let kept = parts.length;
  for (let index = parts.length - 1; index > 0; index -= 1) {
    const longer = `/${parts[index] ?? ""}${tail}`;
    if (longer.length + 1 > max) break;
    tail = longer;
    kept = index;
  }
  // A trailing slash alone says nothing.
  if (tail.length < 2 || kept === parts.length) return cutCharacters(text, max);
  const head = leadingComponent(text);
  const withHead = `${head}/…${tail}`;
  return head !== "" && kept > 1 && withHead.length <= max ? withHead : `…${tail}`;
}

function leadingComponent(text: string): string {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?\/?[^/]+/i.exec(text);
  return match?.[0] ?? "";
}

function cutCharacters(text: string, max: number): string {
  const room = max - 1;
  const tailLength = Math.ceil(room / 2);
  return `${text.slice(0, room - tailLength)}…${text.slice(text.length - tailLength)}`;
}
