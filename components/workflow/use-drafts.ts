"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkflowTaskView, WorkflowView } from "@/server/contracts/workflow";
import { useTRPC, type RouterInputs } from "../trpc/client";
import { codeOf, fieldsOf } from "../trpc/query-client";
import { changedValues, isBroken, isDirty, storedSettings, type Draft, type Settings } from "./task-settings";

export type TaskEditor = ReturnType<ReturnType<typeof useDrafts>["editorOf"]>;

/** Unsaved edits of all tasks of the workflow, and how they are saved. */
export function useDrafts(workflow: WorkflowView) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const update = useMutation(trpc.workflow.updateTask.mutationOptions());
  const [drafts, setDrafts] = useState<Readonly<Record<number, Draft>>>({});
  /** Counts up when forms must begin again with other values: after Discard, after a conflict. */
  const [revision, setRevision] = useState(0);
  const [failure, setFailure] = useState<{ taskId: number; isConflict: boolean; message: string } | null>(
    null,
  );

  const reload = () =>
    queryClient.invalidateQueries(trpc.workflow.get.queryFilter({ workflow_id: workflow.id }));
  const drop = (taskId: number) =>
    setDrafts((old) => Object.fromEntries(Object.entries(old).filter(([id]) => id !== String(taskId))));

  /** @param typed A value, or a text that is no JSON yet. */
  const edit = (
    task: WorkflowTaskView,
    key: keyof Settings,
    typed: { value: Settings[keyof Settings] } | { text: string },
  ) =>
    setDrafts((old) => {
      const draft = old[task.id] ?? { version: task.version, values: {}, unfinished: {}, problems: {} };
      const { [key]: _, ...unfinished } = draft.unfinished;
      const problems = Object.fromEntries(
        Object.entries(draft.problems).filter(([path]) => path !== key && !path.startsWith(`${key}.`)),
      );
      const next: Draft =
        "text" in typed
          ? { ...draft, problems, unfinished: { ...unfinished, [key]: typed.text } }
          : { ...draft, problems, unfinished, values: { ...draft.values, [key]: typed.value } };
      return { ...old, [task.id]: next };
    });

  /** @param version Overrules the draft's: "keep mine" after a conflict. */
  const save = async (task: WorkflowTaskView, version?: number) => {
    const draft = drafts[task.id];
    if (draft === undefined) return;
    if (isBroken(draft)) throw new Error("The JSON is not complete yet, so nothing was saved.");
    setFailure(null);
    try {
      const input = {
        workflow_task_id: task.id,
        version: version ?? draft.version,
        ...changedValues(task, draft),
      };
      // Forms and the JSON editor make nothing but JSON, which their types do not say.
      await update.mutateAsync(input as RouterInputs["workflow"]["updateTask"]);
    } catch (error) {
      const message = error instanceof Error ? error.message : "It could not be saved.";
      const isConflict = codeOf(error) === "CONFLICT";
      setFailure({ taskId: task.id, isConflict, message });
      setDrafts((old) => ({ ...old, [task.id]: { ...draft, problems: fieldsOf(error) } }));
      if (isConflict) await reload();
      throw error;
    }
    await reload();
    drop(task.id);
  };

  const discard = (taskId: number) => {
    drop(taskId);
    setFailure(null);
    setRevision((count) => count + 1);
  };

  const dirtyTasks = workflow.tasks.filter((task) => isDirty(task, drafts[task.id]));

  return {
    dirtyTasks,
    /** Saves every task with unsaved edits; stops at the first that fails. */
    saveAll: async () => {
      for (const task of dirtyTasks) await save(task);
    },
    discardAll: () => {
      setDrafts({});
      setFailure(null);
      setRevision((count) => count + 1);
    },
    /** Everything that the pane of one task needs. */
    editorOf: (task: WorkflowTaskView) => {
      const draft = drafts[task.id];
      const stored = storedSettings(task);
      const values: Settings = { ...stored, ...draft?.values };
      return {
        task,
        stored,
        values,
        changed: changedValues(task, draft),
        problems: draft?.problems ?? {},
        isDirty: isDirty(task, draft),
        unfinished: draft?.unfinished ?? {},
        isBroken: isBroken(draft),
        isSaving: update.isPending,
        failure: failure?.taskId === task.id ? failure : null,
        revision,
        edit: <K extends keyof Settings>(key: K, value: Settings[K]) => edit(task, key, { value }),
        /** What was typed is no JSON yet. */
        keepText: (key: keyof Settings, text: string) => edit(task, key, { text }),
        save: () => save(task),
        /** After a conflict: mine over theirs. */
        overwrite: () => save(task, task.version),
        discard: () => discard(task.id),
      };
    },
  };
}
