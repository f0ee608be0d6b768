"use client";

import { useState, type ReactNode } from "react";
import { Shield } from "lucide-react";
import type { z } from "zod";
import { Crumbs } from "../shell/crumbs";
import { Band, PageHead } from "../shell/PageHead";
import { fieldsOf } from "../trpc/query-client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { formatNoun } from "../ui/format";
import { DocumentWorkspace, whyNotSaved } from "./DocumentWorkspace";
import type { JsonMap } from "./json";
import { sentenceOf } from "./server-errors";
import { useDocument, type DocumentEditor } from "./use-document";
import { useLeaveGuard } from "./use-leave-guard";

type Props = {
  /** "resource" */
  noun: string;
  /** Page above: "Resources", and its address. */
  parent: { label: string; href: string };
  contract: z.ZodType;
  start: JsonMap;
  /** What nobody has to know before it exists. */
  notice: ReactNode;
  /** Why it cannot be created although the document is right. */
  disabledReason?: string | undefined;
  children: ReactNode;
  /** Rejects with the server's refusal. */
  onCreate: (draft: JsonMap) => Promise<unknown>;
};

/** A document that does not exist yet. What is missing is said when Create is pressed, or where somebody was. */
export function CreateDocument(props: Props) {
  const { noun, parent, contract, start, notice, disabledReason, children, onCreate } = props;
  const editor = useDocument(contract, start, true);
  const [failure, setFailure] = useState<string>();
  const [isPending, setPending] = useState(false);
  const [isCreated, setCreated] = useState(false);
  const create = async () => {
    editor.showAll();
    setFailure(undefined);
    if (editor.problems.length > 0) {
      setFailure(whatIsWrong(editor));
      throw new Error(whatIsWrong(editor));
    }
    setPending(true);
    try {
      await onCreate(editor.draft);
      setCreated(true);
    } catch (err) {
      editor.refuse(fieldsOf(err));
      setFailure(sentenceOf(err));
      throw err;
    } finally {
      setPending(false);
    }
  };
  const guard = useLeaveGuard({
    isDirty: editor.changes.length > 0 && !isCreated,
    what: `The ${noun} has not been created yet.`,
    save: create,
    discard: editor.discard,
  });
  return (
    <>
      <Crumbs items={[{ label: "Admin", href: "/admin" }, parent, { label: `New ${noun}` }]} />
      <Band icon={<Shield strokeWidth={1.75} />}>{notice}</Band>
      <PageHead
        ruled
        title={`New ${noun}`}
        actions={
          <Button
            variant="solid"
            pending={isPending}
            disabledReason={disabledReason ?? whyNotSaved(editor)}
            // Shown on the page.
            onClick={() => void create().catch(() => undefined)}
          >
            Create {noun}
          </Button>
        }
      />
      {failure !== undefined && (
        <Callout tone="fail" announce className="mx-(--gutter) my-2.5 shrink-0">
          {failure}
        </Callout>
      )}
      <DocumentWorkspace editor={editor} label={`${noun.charAt(0).toUpperCase()}${noun.slice(1)} as JSON`}>
        {children}
      </DocumentWorkspace>
      {guard}
    </>
  );
}

function whatIsWrong({ problems }: DocumentEditor): string {
  const places = problems.map(({ path }) => path.join(".")).filter((path) => path !== "");
  return `Not created: ${formatNoun(problems.length, "value")} to correct${places.length > 0 ? ` (${places.join(", ")})` : ""}.`;
}
