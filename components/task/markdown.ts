/** The little Markdown that task packages use: headings, lists, paragraphs, bold, code, links. Pure. */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "strong"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string };

export type Block =
  | { kind: "heading"; parts: Inline[] }
  | { kind: "list"; isOrdered: boolean; items: Inline[][] }
  | { kind: "code"; text: string }
  | { kind: "paragraph"; parts: Inline[] };

/** Everything else is text: nothing a package ships becomes markup of the page. */
export function parseMarkdown(source: string): Block[] {
  const blocks: Block[] = [];
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const last = blocks.at(-1);
    const isContinued = at > 0 && (lines[at - 1] ?? "").trim() !== "";
    if (line.startsWith("```")) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop;
      continue;
    }
    if (line.trim() === "") continue;
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(line);
    if (heading) blocks.push({ kind: "heading", parts: parseInline(heading[1] ?? "") });
    else if (item) {
      const isOrdered = item[1] !== undefined;
      const parts = parseInline(item[2] ?? "");
      if (last?.kind === "list" && last.isOrdered === isOrdered) last.items.push(parts);
      else blocks.push({ kind: "list", isOrdered, items: [parts] });
    } else if (isContinued && last?.kind === "paragraph")
      last.parts.push({ kind: "text", text: " " }, ...parseInline(line.trim()));
    else if (isContinued && last?.kind === "list" && /^\s/.test(line))
      last.items.at(-1)?.push({ kind: "text", text: " " }, ...parseInline(line.trim()));
    else blocks.push({ kind: "paragraph", parts: parseInline(line.trim()) });
  }
  return blocks;
}

const INLINE = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    const [whole, strong, code, label, href] = match;
    if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else if (code !== undefined) parts.push({ kind: "code", text: code });
    else if (label !== undefined && href !== undefined) parts.push({ kind: "link", text: label, href });
    from = match.index + whole.length;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}
