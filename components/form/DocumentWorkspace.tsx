"use client";

import { cx } from "class-variance-authority";
import { FileUp } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { formatNoun } from "../ui/format";
import { Segmented } from "../ui/Segmented";
import { DocumentForm } from "./DocumentFields";
import { JsonPane } from "./JsonPane";
import type { DocumentEditor } from "./use-document";

type Props = {
  editor: DocumentEditor;
  /** Names the text: "Resource as JSON". */ label: string;
  children: ReactNode;
};

/** Form and JSON of one document side by side; on a phone one of them. */
export function DocumentWorkspace({ editor, label, children }: Props) {
  const [view, setView] = useState<"form" | "json">("form");
  const file = useRef<HTMLInputElement>(null);
  const { parsed, changes, isNew } = editor;
  const hidden = (other: typeof view) => view === other && "max-lg:hidden";
  return (
    <>
      <div className="border-b border-line px-(--gutter) py-2 lg:hidden">
        <Segmented
          label="View"
          value={view}
          onValueChange={setView}
          options={[
            { value: "form", label: "Form" },
            { value: "json", label: "JSON" },
          ]}
        />
      </div>
      <div className="flex min-h-0 flex-1 max-lg:flex-none max-lg:flex-col">
        <section aria-label="Form" className={cx("flex min-w-0 flex-[1.12] flex-col", hidden("json"))}>
          <PaneHead title="Form">
            <span className="text-12 text-ink-3">both sides stay in step</span>
          </PaneHead>
          <div className="min-h-0 flex-1 overflow-y-auto px-(--gutter) max-lg:overflow-visible">
            {!parsed.ok && (
              <Callout tone="warn" title={`The JSON has an error in line ${parsed.line}.`} className="mt-3">
                The form shows the last state without it, and waits.
              </Callout>
            )}
            <DocumentForm value={editor}>{children}</DocumentForm>
          </div>
        </section>
        <section
          aria-label="JSON"
          className={cx("flex min-w-0 flex-[.98] flex-col lg:border-l lg:border-line", hidden("form"))}
        >
          <PaneHead title="JSON">
            {!isNew && changes.length > 0 && (
              <span className="text-12 text-ink-3">{formatNoun(changes.length, "change")} marked</span>
            )}
            <Button size="sm" onClick={() => file.current?.click()}>
              <FileUp strokeWidth={1.75} /> From file
            </Button>
            <input
              ref={file}
              type="file"
              accept=".json,application/json"
              hidden
              aria-label="File with the JSON"
              onChange={(event) => {
                const [chosen] = event.target.files ?? [];
                event.target.value = "";
                void chosen?.text().then(editor.setText);
              }}
            />
          </PaneHead>
          <div className="min-h-0 flex-1 overflow-y-auto max-lg:overflow-visible">
            <JsonPane editor={editor} label={label} />
          </div>
        </section>
      </div>
    </>
  );
}

function PaneHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header className="flex h-[42px] shrink-0 items-center gap-2 border-b border-line px-(--gutter) max-lg:h-auto max-lg:py-1.5">
      <h2 className="font-semibold">{title}</h2>
      <div className="ml-auto flex items-center gap-3">{children}</div>
    </header>
  );
}

/** Why it cannot be saved now; undefined: it can. */
export function whyNotSaved({ parsed, problems, changes, isNew }: DocumentEditor): string | undefined {
  if (!parsed.ok) return `The JSON has an error in line ${parsed.line}.`;
  if (!isNew && changes.length === 0) return "Nothing is changed yet.";
  if (isNew || problems.length === 0) return undefined;
  const [first] = problems;
  const where = first && first.path.length > 0 ? `${first.path.join(".")}: ` : "";
  return `${formatNoun(problems.length, "value")} to correct. ${where}${first?.reason ?? ""}`;
}
