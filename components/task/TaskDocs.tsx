import { parseMarkdown, type Inline } from "./markdown";

/** What the package says about its task. `level`: of its headings, one below that of the section around. */
export function TaskDocs({ text, level }: { text: string; level: 2 | 3 }) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <div className="flex max-w-prose flex-col gap-2">
      {parseMarkdown(text).map((block, index) => {
        switch (block.kind) {
          case "heading":
            return (
              <Heading key={index} className="mt-2 font-semibold first:mt-0">
                <Words parts={block.parts} />
              </Heading>
            );
          case "list": {
            const List = block.isOrdered ? "ol" : "ul";
            return (
              <List
                key={index}
                className={`${block.isOrdered ? "list-decimal" : "list-disc"} pl-5 text-ink-2`}
              >
                {block.items.map((parts, at) => (
                  <li key={at}>
                    <Words parts={parts} />
                  </li>
                ))}
              </List>
            );
          }
          case "code":
            return (
              <pre key={index} className="overflow-x-auto rounded-control bg-sunken p-3 font-mono text-12">
                {block.text}
              </pre>
            );
          case "paragraph":
            return (
              <p key={index} className="text-ink-2">
                <Words parts={block.parts} />
              </p>
            );
        }
      })}
    </div>
  );
}

function Words({ parts }: { parts: readonly Inline[] }) {
  return parts.map((part, index) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "strong":
        return (
          <strong key={index} className="font-semibold text-ink">
            {part.text}
          </strong>
        );
      case "code":
        return (
          <code key={index} className="text-ink">
            {part.text}
          </code>
        );
      case "link":
        return (
          <a key={index} href={part.href} target="_blank" rel="noreferrer" className="text-ink underline">
            {part.text}
          </a>
        );
    }
  });
}
