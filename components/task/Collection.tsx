"use client";

import { useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";
import type { ActivityView, TaskGroupView } from "@/server/contracts/task";
import { announce } from "../shell/Announcer";
import { LogViewer } from "../shell/LogViewer";
import { usePageParams } from "../shell/ShallowLinks";
import { StateGlyph } from "../state/StateGlyph";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { ErrorState } from "../ui/ErrorState";
import { formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { SkeletonLines } from "../ui/Skeleton";
import { ActivitySteps } from "./ActivitySteps";
import { isUnderWay, useActivity } from "./use-activity";

type Props = {
  activityId: number;
  /** Collections that are under way, newest first. */
  running: readonly ActivityView[];
  groups: readonly TaskGroupView[];
  onChange: (activity: ActivityView) => void;
};

/** One collection: reason or result first, then its steps beside its log. */
export function Collection({ activityId, running, groups, onChange }: Props) {
  const params = usePageParams();
  const { data: activity, error, dataUpdatedAt } = useActivity(activityId);
  useEnding(activity);
  const box = useRef<HTMLElement>(null);
  // External system: the scroll position. On a phone the form is above; what was started must be seen.
  useEffect(() => {
    const isStacked = window.matchMedia("(max-width: 899px)").matches;
    box.current?.scrollIntoView({ block: isStacked ? "start" : "nearest" });
  }, [activityId]);
  const others = running.filter(({ id }) => id !== activityId);
  return (
    <section
      ref={box}
      aria-label="Collection"
      className="flex shrink-0 flex-col border-b border-line max-lg:scroll-mt-(--topbar-h)"
    >
      {others.length > 0 && (
        <nav
          aria-label="Other collections under way"
          className="flex flex-wrap gap-x-4 gap-y-1 border-b border-line px-(--gutter) py-2 text-12"
        >
          {others.map((other) => (
            <Link
              key={other.id}
              href={params.href({ collection: other.id })}
              className="inline-flex max-w-full items-center gap-1.5 text-ink-2 hover:text-ink"
            >
              <StateGlyph state={other.status} size={12} />
              <span className="min-w-0 truncate font-mono">
                {other.pkg_name} {other.version}
              </span>
            </Link>
          ))}
        </nav>
      )}
      {activity !== undefined ? (
        <>
          <Outcome activity={activity} groups={groups} onChange={onChange} />
          <div className="flex min-w-0 max-lg:flex-col lg:h-[292px]">
            <div className="flex min-w-0 flex-col gap-3 px-(--gutter) py-3 lg:w-[266px] lg:shrink-0 lg:overflow-y-auto lg:border-r lg:border-line">
              <div>
                <h2 className="flex items-center gap-2 font-semibold">
                  <StateGlyph state={activity.status} />
                  {WORDS[activity.status]}
                </h2>
                <p className="mt-1 font-mono text-12 text-ink-2 [overflow-wrap:anywhere]">
                  {activity.pkg_name} {activity.version}
                </p>
              </div>
              <ActivitySteps activity={activity} nowMs={dataUpdatedAt} />
            </div>
            <LogViewer
              key={activity.id}
              text={activity.log}
              following={isUnderWay(activity)}
              fileName={`collect-${activity.pkg_name}-${activity.version}.log`}
              label="Log of the collection"
              className="max-lg:h-80 max-lg:flex-none! max-lg:border-t max-lg:border-line"
            />
          </div>
        </>
      ) : error ? (
        <div className="px-(--gutter) py-3">
          <ErrorState
            title="This collection could not be loaded."
            action={<Button onClick={() => params.go({ collection: null })}>Close</Button>}
          >
            {error.message}
          </ErrorState>
        </div>
      ) : (
        <div className="px-(--gutter) py-3">
          <SkeletonLines lines={6} label="Loading the collection" />
        </div>
      )}
    </section>
  );
}

const WORDS = {
  pending: "Waiting for its turn",
  ongoing: "Collecting",
  OK: "Collected",
  failed: "Not collected",
};

function Outcome({
  activity,
  groups,
  onChange,
}: Pick<Props, "groups" | "onChange"> & { activity: ActivityView }) {
  const params = usePageParams();
  if (isUnderWay(activity)) return null;
  const close = (
    <Button icon size="sm" variant="ghost" aria-label="Close" onClick={() => params.go({ collection: null })}>
      <X strokeWidth={1.75} />
    </Button>
  );
  const tasks = groups.find(({ id }) => id === activity.task_group_id)?.tasks.length;
  return (
    <div className="border-b border-line px-(--gutter) py-3 [overflow-wrap:anywhere]">
      {activity.status === "failed" ? (
        <Callout
          tone="fail"
          title={`${activity.pkg_name} ${activity.version} was not collected.`}
          action={
            <>
              <Button size="sm" onClick={() => onChange(activity)}>
                Change and try again
              </Button>
              {close}
            </>
          }
        >
          {activity.failure} Nothing of it was kept.
        </Callout>
      ) : (
        <Callout
          tone="done"
          title={
            tasks === undefined
              ? "The package is ready."
              : `${formatNoun(tasks, "task")} ${tasks === 1 ? "is" : "are"} ready.`
          }
          action={
            <>
              <LinkButton size="sm" href={params.href({ q: activity.pkg_name, category: null })}>
                Show {tasks === 1 ? "it" : "them"}
              </LinkButton>
              {close}
            </>
          }
        >
          Add {tasks === 1 ? "it" : "them"} to a workflow, or see what {tasks === 1 ? "it does" : "they do"}.
        </Callout>
      )}
    </div>
  );
}

/** What an activity that ends changes: the lists, and what a screen reader should hear. */
function useEnding(activity: ActivityView | undefined) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const before = useRef<{ id: number; running: boolean }>(null);
  // External system: the server's lists, and the live region.
  useEffect(() => {
    if (activity === undefined) return;
    const running = isUnderWay(activity);
    const hasEnded = before.current?.id === activity.id && before.current.running && !running;
    before.current = { id: activity.id, running };
    if (!hasEnded) return;
    void queryClient.invalidateQueries(trpc.task.groups.queryFilter());
    void queryClient.invalidateQueries(trpc.task.activities.queryFilter());
    // The version that failed, or that one has now, is judged anew.
    void queryClient.invalidateQueries(trpc.task.findPackage.queryFilter());
    const name = `${activity.pkg_name} ${activity.version}`;
    announce(activity.failure ?? `${name} was collected.`, { now: true });
  }, [activity, queryClient, trpc]);
}
