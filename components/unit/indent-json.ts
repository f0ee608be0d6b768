/** Line breaks and indentation only: reading the JSON and writing it again would turn 1.0 into 1. */
export function indented(json: string): string {
  let depth = 0;
  let isText = false;
  let out = "";
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (isText) {
      out += char;
      if (char === "\\") out += json.charAt((at += 1));
      else if (char === '"') isText = false;
    } else if (char === '"') {
      isText = true;
      out += char;
    } else if (char === "{" || char === "[") {
      const isEmpty = /^[\s]*[}\]]/.test(json.slice(at + 1, at + 20));
      depth += 1;
      out += isEmpty ? char : `${char}\n${"  ".repeat(depth)}`;
    } else if (char === "}" || char === "]") {
      depth -= 1;
      out += /[[{]$/.test(out) ? char : `\n${"  ".repeat(depth)}${char}`;
    } else if (char === ",") out += `,\n${"  ".repeat(depth)}`;
    else if (char === ":") out += ": ";
    else if (!/\s/.test(char)) out += char;
  }
  return out;
}
