"use client";

import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { FormDialog } from "@/components/form/FormDialog";
import { sentenceOf } from "@/components/form/server-errors";
import { useOpenWorkflow } from "@/components/project/use-open-workflow";
import { parseWorkflowFile, taskReasons } from "@/components/project/workflow-file";
import { useTRPC } from "@/components/trpc/client";
import { fieldsOf } from "@/components/trpc/query-client";
import { Button } from "@/components/ui/Button";
import { Callout } from "@/components/ui/Callout";
import { Field } from "@/components/ui/Field";
import { formatNoun } from "@/components/ui/format";
import { Input } from "@/components/ui/Input";
import { Textarea } from "@/components/ui/Textarea";

const MAX_FILE_BYTES = 5_000_000;

type Props = {
  project: { id: number; name: string };
  disabledReason: string | undefined;
};

type Problem = { at: "file" | "name" | "form"; reasons: string[] };

/** A workflow from an exported file, chosen or pasted. */
export function ImportWorkflowButton({ project, disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const file = useRef<HTMLInputElement>(null);
  const openWorkflow = useOpenWorkflow();
  const importing = useMutation(useTRPC().workflow.import.mutationOptions());
  const parsed = text.trim() === "" ? null : parseWorkflowFile(text);

  const open = () => {
    setText("");
    setName("");
    setProblem(undefined);
    setOpen(true);
  };
  const readFile = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    if (chosen.size > MAX_FILE_BYTES) {
      setProblem({ at: "file", reasons: ["This file is larger than 5 MB; a workflow is not."] });
      return;
    }
    setProblem(undefined);
    setText(await chosen.text());
  };
  const submit = async () => {
    if (parsed === null) {
      setProblem({ at: "file", reasons: ["Choose a file, or paste its text."] });
      return;
    }
    if (!parsed.ok) {
      setProblem({ at: "file", reasons: parsed.reasons });
      return;
    }
    setProblem(undefined);
    try {
      const { workflow_id } = await importing.mutateAsync({
        project_id: project.id,
        workflow: parsed.workflow,
        ...(name.trim() === "" ? {} : { name: name.trim() }),
      });
      setOpen(false);
      openWorkflow(
        workflow_id,
        `Workflow ${name.trim() || parsed.name} is there with ${formatNoun(parsed.tasks.length, "task")}.`,
      );
    } catch (err) {
      const fields = fieldsOf(err);
      const reasons = taskReasons(fields, parsed.tasks);
      if (reasons.length > 0) setProblem({ at: "file", reasons });
      else if (fields["name"] !== undefined) setProblem({ at: "name", reasons: [fields["name"]] });
      else setProblem({ at: "form", reasons: [sentenceOf(err)] });
    }
  };
  const note = parsed?.ok ? `“${parsed.name}”, ${formatNoun(parsed.tasks.length, "task")}` : undefined;
  return (
    <>
      <Button size="sm" disabledReason={disabledReason} onClick={open}>
        <FileUp strokeWidth={1.75} />
        From file
      </Button>
      <FormDialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Workflow from file"
        subtitle={project.name}
        submitLabel="Import workflow"
        isPending={importing.isPending}
        problem={problem?.at === "form" ? problem.reasons[0] : undefined}
        footerNote={note}
        onSubmit={() => void submit()}
      >
        <Field
          stacked
          label="Workflow file"
          help="The JSON file that an export made. Choose it, or paste its text."
          action={
            <Button className="self-start" onClick={() => file.current?.click()}>
              Choose file
            </Button>
          }
        >
          <Textarea
            mono
            rows={9}
            spellCheck={false}
            value={text}
            placeholder={'{ "name": …, "task_list": [ … ] }'}
            onChange={(event) => {
              setProblem(undefined);
              setText(event.target.value);
            }}
          />
        </Field>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          aria-label="File of a workflow"
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            void readFile(event.target.files?.[0]);
            // The same file can be chosen again after it was corrected.
            event.target.value = "";
          }}
        />
        {problem?.at === "file" && (
          <Callout tone="fail" announce title="Nothing was imported.">
            <ul className="mt-1 flex flex-col gap-1">
              {problem.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </Callout>
        )}
        <Field
          stacked
          label="Name"
          help="Leave empty to keep the name in the file."
          error={problem?.at === "name" ? problem.reasons[0] : undefined}
        >
          <Input
            value={name}
            placeholder={parsed?.ok ? parsed.name : ""}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </FormDialog>
    </>
  );
}
