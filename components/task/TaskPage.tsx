"use client";

import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import Link from "next/link";
import type { TaskGroupView, TaskView } from "@/server/contracts/task";
import { Crumbs } from "../shell/crumbs";
import { PageHead } from "../shell/PageHead";
import { useTRPC } from "../trpc/client";
import { Callout } from "../ui/Callout";
import { formatNoun } from "../ui/format";
import { KeyValues, type KeyValue } from "../ui/KeyValues";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";
import { ArgumentTables } from "./ArgumentTable";
import { TaskDocs } from "./TaskDocs";
import { TASK_TYPE_WORDS } from "./task-words";
import { TypeChangeList } from "./TypeChangeList";

/** What the task does, what can be set, which images it takes: to decide before adding it. */
export function TaskPage({ taskId }: { taskId: number }) {
  const trpc = useTRPC();
  const { data: task } = useSuspenseQuery(trpc.task.get.queryOptions({ task_id: taskId }));
  const { data: groups = [] } = useQuery(trpc.task.groups.queryOptions());
  const group = groups.find(({ id }) => id === task.task_group_id);
  return (
    <>
      <Crumbs items={[{ label: "Tasks", href: "/tasks" }, { label: task.name }]} />
      <PageHead
        title={task.name}
        pill={<Tag mono>{`${task.pkg_name} ${task.version}`}</Tag>}
        facts={`${TASK_TYPE_WORDS[task.type].short}, ${TASK_TYPE_WORDS[task.type].long}`}
        ruled
      />
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1fr)_320px] lg:overflow-hidden">
        <div className="min-w-0 px-(--gutter) py-4 lg:overflow-y-auto">
          {!task.is_active && (
            <Callout tone="warn" title="This version is not active." className="mb-4">
              Workflows that use it cannot be run. Choose another version, or ask its owner to activate it
              again.
            </Callout>
          )}
          <section aria-label="About">
            {task.docs_info === null || task.docs_info.trim() === "" ? (
              <p className="text-ink-3">The package does not describe this task.</p>
            ) : (
              <TaskDocs text={task.docs_info} level={2} />
            )}
            {task.docs_link !== null && (
              <p className="mt-3">
                <a
                  href={task.docs_link}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex items-center gap-1.5 underline"
                >
                  Documentation <ExternalLink size={13} strokeWidth={1.75} aria-hidden="true" />
                </a>
              </p>
            )}
          </section>
          <section aria-label="Arguments" className="mt-6 border-t border-line pt-4">
            <h2 className="mb-2 text-15 font-semibold">Arguments</h2>
            <ArgumentTables task={task} />
          </section>
        </div>
        <aside
          aria-label="Facts"
          className="flex flex-col gap-5 border-line px-(--gutter) py-4 max-lg:border-t lg:overflow-y-auto lg:border-l"
        >
          <section>
            <h2 className="mb-2 font-semibold">Image types</h2>
            <TypeChangeList task={task} />
          </section>
          <section>
            <h2 className="mb-2 font-semibold">Package</h2>
            <KeyValues facts={factsOf(task, group)} />
          </section>
          <Versions task={task} groups={groups} />
        </aside>
      </div>
    </>
  );
}

function factsOf(task: TaskView, group: TaskGroupView | undefined): KeyValue[] {
  const facts: (KeyValue | null)[] = [
    { label: "Name", value: <code>{task.pkg_name}</code> },
    { label: "Version", value: <code>{task.version}</code> },
    group === undefined ? null : { label: "Python", value: group.python_version ?? "its own" },
    group === undefined
      ? null
      : { label: "Collected", value: <RelativeTime value={group.timestamp_created} /> },
    group === undefined ? null : { label: "By", value: group.owner_email },
    group === undefined
      ? null
      : {
          label: "In use",
          value:
            group.used_by === 0 ? "not yet" : `${formatNoun(group.used_by, "time")} in workflows, all tasks`,
        },
    task.authors === null ? null : { label: "Authors", value: task.authors },
    task.category === null ? null : { label: "Category", value: task.category },
    task.modality === null ? null : { label: "Modality", value: task.modality },
    task.tags.length === 0 ? null : { label: "Tags", value: task.tags.join(", ") },
  ];
  return facts.filter((fact) => fact !== null);
}

function Versions({ task, groups }: { task: TaskView; groups: readonly TaskGroupView[] }) {
  const versions = groups
    .filter((group) => group.pkg_name === task.pkg_name)
    .flatMap((group) => group.tasks.filter(({ name }) => name === task.name));
  if (versions.length < 2) return null;
  return (
    <section>
      <h2 className="mb-2 font-semibold">Versions</h2>
      <ul className="flex flex-col gap-1">
        {versions.map((version) => (
          <li key={version.id} className="flex items-center gap-2">
            {version.id === task.id ? (
              <span className="font-mono text-12 font-medium">{version.version}, shown here</span>
            ) : (
              <Link href={`/tasks/${version.id}`} className="font-mono text-12 underline">
                {version.version}
              </Link>
            )}
            {!version.is_active && <Tag tone="warn">not active</Tag>}
          </li>
        ))}
      </ul>
    </section>
  );
}
