import { expect, test } from "vitest";
import { parseMarkdown } from "./markdown";

test("headings, lists and paragraphs become blocks, words in them keep their weight", () => {
  const text =
    "### Purpose\n- Find **nuclei** in `x`\n- Two\n\nSee [the format](https://example.org/a).\nGoes on.";
  expect(parseMarkdown(text)).toEqual([
    { kind: "heading", parts: [{ kind: "text", text: "Purpose" }] },
    {
      kind: "list",
      isOrdered: false,
      items: [
        [
          { kind: "text", text: "Find " },
          { kind: "strong", text: "nuclei" },
          { kind: "text", text: " in " },
          { kind: "code", text: "x" },
        ],
        [{ kind: "text", text: "Two" }],
      ],
    },
    {
      kind: "paragraph",
      parts: [
        { kind: "text", text: "See " },
        { kind: "link", text: "the format", href: "https://example.org/a" },
        { kind: "text", text: "." },
        { kind: "text", text: " " },
        { kind: "text", text: "Goes on." },
      ],
    },
  ]);
});

test("markup and script links of a package stay text", () => {
  const [block] = parseMarkdown("<img onerror=x> [click](javascript:alert(1))");
  expect(block).toEqual({
    kind: "paragraph",
    parts: [{ kind: "text", text: "<img onerror=x> [click](javascript:alert(1))" }],
  });
});

test("code fences are kept as written, also unclosed ones", () => {
  expect(parseMarkdown("```\n# a\n  b\n```\nafter")).toMatchObject([
    { kind: "code", text: "# a\n  b" },
    { kind: "paragraph" },
  ]);
  expect(parseMarkdown("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
});
