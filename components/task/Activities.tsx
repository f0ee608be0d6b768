"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import type { ActivityAction } from "@/server/contracts/enums";
import type { ActivityView } from "@/server/contracts/task";
import { Inspector } from "../shell/Inspector";
import { LogViewer } from "../shell/LogViewer";
import { usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { StateGlyph } from "../state/StateGlyph";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { formatDuration } from "../ui/format";
import { RelativeTime } from "../ui/RelativeTime";
import { ActivitySteps } from "./ActivitySteps";
import { isUnderWay, useActivity } from "./use-activity";

const ACTIONS: Record<ActivityAction, string> = {
  collect: "Collect",
  deactivate: "Deactivate",
  reactivate: "Reactivate",
  delete: "Delete",
};
const title = (activity: ActivityView) =>
  `${ACTIONS[activity.action]} ${activity.pkg_name} ${activity.version}`;

const took = ({ timestamp_started, timestamp_ended }: ActivityView) =>
  timestamp_ended === null
    ? ""
    : formatDuration((Date.parse(timestamp_ended) - Date.parse(timestamp_started)) / 1000);

const col = columnsOf<ActivityView>();
const columns = col.columns([
  col.accessor(title, { id: "title", header: "Activity", meta: { minWidth: 240 } }),
  col.accessor("status", {
    header: "State",
    meta: { width: 140 },
    cell: (c) => <StateWord state={c.getValue()} />,
  }),
  col.accessor("timestamp_started", {
    header: "Started",
    meta: { width: 140, align: "right", quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
  col.display({
    id: "took",
    header: "Took",
    meta: { width: 110, align: "right" },
    cell: ({ row: { original } }) => took(original),
  }),
]);

/** What was installed, switched or removed lately, each with its log. */
export function Activities({ query }: { query: UseQueryResult<ActivityView[], { message: string }> }) {
  const params = usePageParams();
  const chosen = params.getId("activity");
  if (query.isError && query.data === undefined) {
    return (
      <div className="p-(--gutter)">
        <ErrorState
          title="The activities could not be loaded."
          action={<Button onClick={() => void query.refetch()}>Try again</Button>}
        >
          {query.error.message}
        </ErrorState>
      </div>
    );
  }
  return (
    <SplitPane
      id="activities"
      inspectorWidth={560}
      inspector={chosen === null ? null : <ActivityInspector key={chosen} activityId={chosen} />}
    >
      <DataTable
        label="Activities"
        columns={columns}
        rows={query.data ?? []}
        rowId={(activity) => String(activity.id)}
        rowHref={(activity) => params.href({ activity: activity.id })}
        selectedId={params.get("activity")}
        loading={query.isPending}
        renderMobile={(activity) => (
          <RowLines
            title={title(activity)}
            detail={<StateWord state={activity.status} />}
            end={took(activity)}
            endDetail={<RelativeTime value={activity.timestamp_started} style="ago" />}
          />
        )}
        empty={
          <EmptyState bare title="No activity yet">
            Installing, switching off and removing of your packages is listed here, with its log.
          </EmptyState>
        }
        footerNote="yours, newest first"
      />
    </SplitPane>
  );
}

function ActivityInspector({ activityId }: { activityId: number }) {
  const params = usePageParams();
  const { data, isError, error, dataUpdatedAt } = useActivity(activityId);
  const isRunning = data !== undefined && isUnderWay(data);
  return (
    <Inspector
      icon={data === undefined ? undefined : <StateGlyph state={data.status} />}
      title={data === undefined ? "Activity" : title(data)}
      close={() => params.go({ activity: null })}
    >
      {isError && data === undefined ? (
        <div className="p-4">
          <ErrorState title="This activity could not be loaded.">{error.message}</ErrorState>
        </div>
      ) : (
        <>
          {data !== undefined && (
            <div className="flex shrink-0 flex-col gap-3 border-b border-line px-4 py-3">
              {data.failure !== null && (
                <Callout tone="fail" className="[overflow-wrap:anywhere]">
                  {data.failure}
                </Callout>
              )}
              <ActivitySteps activity={data} nowMs={dataUpdatedAt} />
            </div>
          )}
          <LogViewer
            text={data?.log ?? ""}
            state={data === undefined ? "loading" : data.log === "" && !isRunning ? "gone" : "ready"}
            goneReason="It wrote no log."
            following={isRunning}
            fileName={`activity-${activityId}.log`}
          />
        </>
      )}
    </Inspector>
  );
}
