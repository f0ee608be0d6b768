"use client";

import type { ReactNode } from "react";
import type { JobView } from "@/server/contracts/job";
import { Inspector } from "../shell/Inspector";
import { LogViewer } from "../shell/LogViewer";
import { usePageParams } from "../shell/ShallowLinks";
import { formatCount } from "../ui/format";
import { UnitInspector } from "../unit/UnitInspector";
import type { useUnitWindow } from "../unit/use-units";
import { JobDetails } from "./JobDetails";
import { isActive, whyNotStop } from "./job-words";

/** What stands at the right: a unit, the job's log, its details; null when closed. The choice is in the address. */
export function useJobInspector(job: JobView, units: ReturnType<typeof useUnitWindow>): ReactNode {
  const params = usePageParams();
  const unitId = params.getId("unit");
  if (unitId !== null) {
    const rows = units.query.data?.items ?? [];
    const at = rows.findIndex((row) => row.id === unitId);
    const neighbour = (index: number) => (at < 0 ? null : (rows[index]?.id ?? null));
    return (
      <UnitInspector
        unitId={unitId}
        previousId={neighbour(at - 1)}
        nextId={neighbour(at + 1)}
        stop={isActive(job.state) ? { reason: whyNotStop(job) } : null}
        position={
          at < 0
            ? undefined
            : `${formatCount(units.offset + at + 1)} of ${formatCount(units.query.data?.matching ?? 0)}`
        }
      />
    );
  }
  const close = () => params.go({ panel: null });
  const panel = params.get("panel");
  if (panel === "log") {
    return (
      <Inspector title={`Log of job ${job.id}`} close={close}>
        <LogViewer
          text={job.log ?? ""}
          following={isActive(job.state)}
          state={job.log === null && !isActive(job.state) ? "gone" : "ready"}
          goneReason="The job wrote no log: it ended before the runner began with it."
          fileName={`job-${job.id}.log`}
          note={isActive(job.state) ? "written at the end of each task" : undefined}
        />
      </Inspector>
    );
  }
  if (panel === "details") {
    return (
      <Inspector title={`Details of job ${job.id}`} close={close}>
        <JobDetails job={job} />
      </Inspector>
    );
  }
  return null;
}
