"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { ActivityView } from "@/server/contracts/task";
import { PageHead } from "../shell/PageHead";
import { ShallowLinks, usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ErrorState } from "../ui/ErrorState";
import { formatCount, formatNoun } from "../ui/format";
import { SkeletonLines } from "../ui/Skeleton";
import { Tabs } from "../ui/Tabs";
import { Activities } from "./Activities";
import { Catalogue } from "./Catalogue";
import { whyNotCollect } from "./collect-rights";
import { CollectForm } from "./CollectForm";
import { Collection } from "./Collection";
import { MyPackages } from "./MyPackages";
import { isUnderWay } from "./use-activity";
import { useCollectForm } from "./use-collect-form";

const POLL_MS = 2_000;
const NOTHING: readonly never[] = [];

/** Packages of the user's resource, their tasks, what happened to them lately, and the collection of others. */
export function TasksPage() {
  const params = usePageParams();
  const trpc = useTRPC();
  const form = useCollectForm();
  const activities = useQuery(
    trpc.task.activities.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.some(isUnderWay) === true ? POLL_MS : false),
    }),
  );
  const running = activities.data?.filter(isUnderWay) ?? NOTHING;
  const groups = useQuery(trpc.task.groups.queryOptions());
  const { data: user } = useQuery(trpc.user.me.queryOptions());
  const own = useMemo(
    () => groups.data?.filter((group) => group.owner_email === user?.email) ?? NOTHING,
    [groups.data, user?.email],
  );
  const tab = params.get("tab");
  const collections = running.filter(({ action }) => action === "collect");
  const shown = useShownCollection(tab === null ? collections : NOTHING);
  const hrefs = {
    catalogue: params.href({ tab: null, activity: null }),
    packages: params.href({ tab: "packages", activity: null }),
    activity: params.href({ tab: "activity" }),
  };
  const change = ({ pkg_name, version }: ActivityView) => {
    // After a reload the form is empty; what was asked for is still known.
    if (!form.form.formState.isDirty) {
      form.form.setValue("package", pkg_name, { shouldDirty: true });
      form.form.setValue("package_version", version, { shouldDirty: true });
    }
    form.form.setFocus("package");
  };
  const data = groups.data?.filter(({ active }) => active);
  const tasks = data?.reduce((sum, group) => sum + group.tasks.length, 0) ?? 0;
  return (
    <ShallowLinks>
      <PageHead
        title="Tasks"
        facts={
          data === undefined
            ? undefined
            : `${formatNoun(tasks, "task")} in ${formatNoun(data.length, "package")}${
                user?.profile ? ` on ${user.profile.resource_name}` : ""
              }`
        }
        tabs={
          <Tabs
            label="Tasks"
            current={
              tab === "packages" ? hrefs.packages : tab === "activity" ? hrefs.activity : hrefs.catalogue
            }
            tabs={[
              { href: hrefs.catalogue, label: "Catalogue and collect" },
              {
                href: hrefs.packages,
                label: "My packages",
                count: groups.data === undefined ? undefined : formatCount(own.length),
              },
              {
                href: hrefs.activity,
                label: "Activity",
                count:
                  running.length > 0
                    ? `${formatCount(running.length)} running`
                    : activities.data === undefined
                      ? undefined
                      : formatCount(activities.data.length),
              },
            ]}
          />
        }
      />
      {tab === "activity" ? (
        <Activities query={activities} />
      ) : groups.data === undefined ? (
        <div className="px-(--gutter) py-3">
          {groups.isError ? (
            <ErrorState
              title="The tasks could not be loaded."
              action={<Button onClick={() => void groups.refetch()}>Try again</Button>}
            >
              {groups.error.message}
            </ErrorState>
          ) : (
            <SkeletonLines lines={8} label="Loading tasks" />
          )}
        </div>
      ) : tab === "packages" ? (
        <MyPackages groups={own} />
      ) : (
        <SplitPane
          id="tasks"
          startLabel="Collect a package"
          startWidth={316}
          phone="stack"
          start={
            <CollectForm
              state={form}
              own={own}
              disabledReason={user === undefined ? undefined : whyNotCollect(user)}
            />
          }
        >
          {shown !== null && (
            <Collection
              key={shown}
              activityId={shown}
              running={collections}
              groups={groups.data}
              onChange={change}
            />
          )}
          <Catalogue groups={groups.data} ownEmail={user?.email ?? null} />
        </SplitPane>
      )}
    </ShallowLinks>
  );
}

/** The one in the address, else the newest that is under way, which then stays when it has ended. */
function useShownCollection(running: readonly ActivityView[]): number | null {
  const params = usePageParams();
  const chosen = params.getId("collection");
  const newest = running[0]?.id ?? null;
  // External system: the address.
  useEffect(() => {
    if (chosen === null && newest !== null) params.go({ collection: newest }, { replace: true });
  });
  return chosen ?? newest;
}
