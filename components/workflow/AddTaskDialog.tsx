"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { cx } from "class-variance-authority";
import { Search } from "lucide-react";
import { useRef, useState } from "react";
import type { WorkflowView } from "@/server/contracts/workflow";
import { requiredDefaults } from "../form/schema-values";
import { catalogueRows, matchesSearch, type CatalogueRow } from "../task/catalogue";
import { TASK_TYPE_WORDS, typesInWords } from "../task/task-words";
import { useTRPC, type RouterInputs } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Checkbox } from "../ui/Checkbox";
import { Dialog, DialogClose } from "../ui/Dialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { formatNoun } from "../ui/format";
import { Input } from "../ui/Input";
import { Select } from "../ui/Select";
import { SkeletonLines } from "../ui/Skeleton";
import { toast } from "../ui/Toaster";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  workflow: WorkflowView;
  /** Called with the first task that was added. */
  onAdded: (workflowTaskId: number) => void;
};

/** Tasks of the user's resource; several can be ticked and are added at the end, in the order of ticking. */
export function AddTaskDialog({ open, onOpenChange, workflow, onAdded }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const groups = useQuery(trpc.task.groups.queryOptions(undefined, { enabled: open }));
  const add = useMutation(trpc.workflow.addTask.mutationOptions());
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [problem, setProblem] = useState<string>();
  const [isAdding, setAdding] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const active = (groups.data ?? []).filter((group) => group.active);
  const rows = catalogueRows(active);
  const shown = rows.filter((row) => matchesSearch(row, search));
  const tasks = active.flatMap((group) => group.tasks);

  const close = (next: boolean) => {
    onOpenChange(next);
    if (next) return;
    setSearch("");
    setChosen([]);
    setProblem(undefined);
  };
  const submit = async () => {
    setAdding(true);
    setProblem(undefined);
    const added: number[] = [];
    try {
      for (const id of chosen) {
        const task = tasks.find((one) => one.id === id);
        if (task === undefined) continue;
        const defaults = (schema: (typeof task)["args_schema_parallel"]) => {
          const values = requiredDefaults(schema);
          return Object.keys(values).length > 0 ? values : undefined;
        };
        const input = {
          workflow_id: workflow.id,
          task_id: id,
          args_non_parallel: defaults(task.args_schema_non_parallel),
          args_parallel: defaults(task.args_schema_parallel),
        };
        // Defaults come from a JSON Schema and so are JSON, which their type does not say.
        const { workflow_task_id } = await add.mutateAsync(input as RouterInputs["workflow"]["addTask"]);
        added.push(workflow_task_id);
      }
      close(false);
      toast(`Added ${formatNoun(added.length, "task")}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "The task could not be added.");
      setChosen(chosen.slice(added.length));
    } finally {
      setAdding(false);
      await queryClient.invalidateQueries(trpc.workflow.get.queryFilter({ workflow_id: workflow.id }));
      const [first] = added;
      if (first !== undefined) onAdded(first);
    }
  };
  const toggle = (id: number) =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);

  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Add tasks"
      subtitle={`at the end of ${workflow.name}`}
      size="lg"
      flush
      initialFocus={field}
      footerNote={chosen.length === 0 ? "Tick what you need; they are added in that order." : undefined}
      actions={
        <>
          <DialogClose>Cancel</DialogClose>
          <Button
            variant="solid"
            pending={isAdding}
            disabledReason={chosen.length === 0 ? "Tick a task first." : undefined}
            onClick={() => void submit()}
          >
            {chosen.length > 1 ? `Add ${formatNoun(chosen.length, "task")}` : "Add task"}
          </Button>
        </>
      }
    >
      <div className="sticky top-0 z-10 border-b border-line bg-raised px-5 py-2.5 max-md:px-4">
        <Input
          ref={field}
          type="search"
          aria-label="Search tasks"
          placeholder="Name, package, category, type"
          icon={<Search strokeWidth={1.75} />}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {problem !== undefined && (
        <Callout tone="fail" announce className="mx-5 mt-3 max-md:mx-4">
          {problem}
        </Callout>
      )}
      <div className="min-h-60">
        {groups.isPending ? (
          <div className="px-5 py-3">
            <SkeletonLines lines={5} label="Loading tasks" />
          </div>
        ) : groups.isError ? (
          <div className="p-5">
            <ErrorState
              title="The tasks could not be loaded."
              action={<Button onClick={() => void groups.refetch()}>Try again</Button>}
            >
              {groups.error.message}
            </ErrorState>
          </div>
        ) : rows.length === 0 ? (
          <EmptyState bare title="No task packages yet">
            Tasks come in packages that are installed on your resource. <code>npm run quickstart</code>{" "}
            installs the example package; for others ask an administrator of this site.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            bare
            title={`0 of ${formatNoun(rows.length, "task")} match "${search}".`}
            action={<Button onClick={() => setSearch("")}>Show all tasks</Button>}
          />
        ) : (
          <PackageRows
            rows={shown}
            chosen={chosen}
            onToggle={toggle}
            onReplace={(id, by) => setChosen(chosen.map((one) => (one === id ? by : one)))}
            workflow={workflow}
          />
        )}
      </div>
    </Dialog>
  );
}

type RowsProps = {
  rows: readonly CatalogueRow[];
  chosen: readonly number[];
  onToggle: (taskId: number) => void;
  /** Another version of a ticked task. */
  onReplace: (taskId: number, by: number) => void;
  workflow: WorkflowView;
};

function PackageRows({ rows, ...shared }: RowsProps) {
  const packages = [...new Set(rows.map((row) => row.task.pkg_name))];
  return packages.map((name) => (
    <section key={name} aria-label={name}>
      <h3 className="border-b border-line bg-bg px-5 py-1.5 font-mono text-12 font-medium max-md:px-4">
        {name}
      </h3>
      <ul>
        {rows
          .filter((row) => row.task.pkg_name === name)
          .map((row) => (
            <TaskChoice key={row.task.name} row={row} {...shared} />
          ))}
      </ul>
    </section>
  ));
}

type ChoiceProps = Omit<RowsProps, "rows"> & { row: CatalogueRow };

function TaskChoice({ row, chosen, onToggle, onReplace, workflow }: ChoiceProps) {
  const { versions } = row;
  const [taskId, setTaskId] = useState(row.task.id);
  const isChosen = chosen.includes(taskId);
  const position = chosen.indexOf(taskId) + 1;
  const warning = unmetNeed(row, workflow);
  return (
    <li
      className={cx(
        "flex items-center gap-3 border-b border-line px-5 py-2 max-md:px-4",
        isChosen && "bg-select-soft",
      )}
    >
      <Checkbox
        checked={isChosen}
        onChange={() => onToggle(taskId)}
        className="min-w-0 flex-1 items-start!"
        label={
          <span className="block min-w-0">
            <span className="font-medium">{row.task.name}</span>
            {isChosen && chosen.length > 1 && <span className="text-select-ink"> · {position}</span>}
            <span className="block text-12 text-ink-3">
              {TASK_TYPE_WORDS[row.task.type].short}
              {row.task.category !== null && `, ${row.task.category}`}
              {" · "}
              <code>{typesInWords(row.task.input_types, row.task.output_types)}</code>
            </span>
            {warning !== null && <span className="block text-12 text-warn-ink">{warning}</span>}
          </span>
        }
      />
      {versions.length > 1 ? (
        <Select
          size="sm"
          aria-label={`Version of ${row.task.name}`}
          className="w-28!"
          mono
          value={String(taskId)}
          options={versions.map(({ task_id, version }) => ({ value: String(task_id), label: version }))}
          onValueChange={(id) => {
            if (isChosen) onReplace(taskId, Number(id));
            setTaskId(Number(id));
          }}
        />
      ) : (
        <code className="text-ink-3">{row.group.version}</code>
      )}
    </li>
  );
}

/** A type that the task needs and that images do not have at the end of the workflow; null if all is well. */
function unmetNeed({ task }: CatalogueRow, workflow: WorkflowView): string | null {
  const now = workflow.tasks.at(-1)?.flow.after;
  if (now === undefined) return null;
  const unmet = Object.entries(task.input_types).find(([type, value]) => type in now && now[type] !== value);
  if (unmet === undefined) return null;
  const [type, value] = unmet;
  return `Needs ${type}: ${value}; at the end of this workflow images have ${type}: ${now[type]}.`;
}
