"use client";

import Link from "next/link";
import { ArgumentTables } from "../task/ArgumentTable";
import { TaskDocs } from "../task/TaskDocs";
import { TASK_TYPE_WORDS } from "../task/task-words";
import { Field } from "../ui/Field";
import { Input } from "../ui/Input";
import { KeyValues } from "../ui/KeyValues";
import { problemsAt } from "./task-settings";
import type { TaskEditor } from "./use-drafts";

/** Its name here, what the package says about it, what can be set. */
export function AboutTab({ editor, readOnly }: { editor: TaskEditor; readOnly: boolean }) {
  const { task } = editor.task;
  return (
    <div className="flex max-w-[760px] flex-col gap-6 px-(--gutter) py-4">
      <Field
        label="Name in this workflow"
        help="Empty: the name of the task."
        changed={editor.values.alias !== null}
        error={problemsAt(editor.problems, "alias")[""]}
      >
        <Input
          placeholder={task.name}
          value={editor.values.alias ?? ""}
          readOnly={readOnly}
          onChange={(event) => editor.edit("alias", event.target.value === "" ? null : event.target.value)}
        />
      </Field>
      <KeyValues
        facts={[
          {
            label: "Task",
            value: (
              <Link href={`/tasks/${task.id}`} className="underline">
                {task.name}
              </Link>
            ),
          },
          { label: "Package", value: <code>{`${task.pkg_name} ${task.version}`}</code> },
          { label: "Type", value: `${TASK_TYPE_WORDS[task.type].short}, ${TASK_TYPE_WORDS[task.type].long}` },
          ...(task.authors === null ? [] : [{ label: "Authors", value: task.authors }]),
        ]}
      />
      {task.docs_info !== null && task.docs_info.trim() !== "" && (
        <TaskDocs text={task.docs_info} level={3} />
      )}
      <section aria-label="All arguments">
        <h3 className="mb-2 font-semibold">Arguments</h3>
        <ArgumentTables task={task} />
      </section>
    </div>
  );
}
