"use client";

import { useQuery } from "@tanstack/react-query";
import type { ActivityView } from "@/server/contracts/task";
import { PageHead } from "../shell/PageHead";
import { ShallowLinks, usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { formatCount, formatNoun } from "../ui/format";
import { SkeletonLines } from "../ui/Skeleton";
import { Tabs } from "../ui/Tabs";
import { Activities } from "./Activities";
import { Catalogue } from "./Catalogue";

const POLL_MS = 2_000;

const isUnderWay = (activity: ActivityView) => activity.status === "pending" || activity.status === "ongoing";

/** Packages of the user's resource, their tasks, and what happened to them lately. */
export function TasksPage() {
  const params = usePageParams();
  const trpc = useTRPC();
  const activities = useQuery(
    trpc.task.activities.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.some(isUnderWay) === true ? POLL_MS : false),
    }),
  );
  const isCollecting = activities.data?.some(isUnderWay) === true;
  const groups = useQuery(
    trpc.task.groups.queryOptions(undefined, { refetchInterval: isCollecting ? POLL_MS : false }),
  );
  const { data: resource } = useQuery(trpc.resource.status.queryOptions());
  const tasks = groups.data?.reduce((sum, group) => sum + group.tasks.length, 0) ?? 0;
  const running = activities.data?.filter(isUnderWay).length ?? 0;
  const isActivity = params.get("tab") === "activity";
  const hrefs = {
    catalogue: params.href({ tab: null, activity: null }),
    activity: params.href({ tab: "activity", q: null, category: null }),
  };
  return (
    <ShallowLinks>
      <PageHead
        title="Tasks"
        facts={
          groups.data === undefined
            ? undefined
            : `${formatNoun(tasks, "task")} in ${formatNoun(groups.data.length, "package")}${
                resource == null ? "" : ` on ${resource.name}`
              }`
        }
        tabs={
          <Tabs
            label="Tasks"
            current={isActivity ? hrefs.activity : hrefs.catalogue}
            tabs={[
              { href: hrefs.catalogue, label: "Catalogue" },
              {
                href: hrefs.activity,
                label: "Activity",
                count:
                  running > 0
                    ? `${formatCount(running)} running`
                    : activities.data === undefined
                      ? undefined
                      : formatCount(activities.data.length),
              },
            ]}
          />
        }
      />
      {isActivity ? (
        <Activities query={activities} />
      ) : groups.data !== undefined ? (
        <Catalogue groups={groups.data} />
      ) : groups.isError ? (
        <div className="p-(--gutter)">
          <ErrorState
            title="The tasks could not be loaded."
            action={<Button onClick={() => void groups.refetch()}>Try again</Button>}
          >
            {groups.error.message}
          </ErrorState>
        </div>
      ) : (
        <div className="px-(--gutter) py-3">
          <SkeletonLines lines={8} label="Loading tasks" />
        </div>
      )}
    </ShallowLinks>
  );
}
