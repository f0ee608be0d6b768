"use client";

import type { JobView } from "@/server/contracts/job";
import { PlateMap } from "../state/PlateMap";
import { usePageParams } from "../shell/ShallowLinks";
import { CountLegend } from "../state/CountLegend";
import { EmptyState } from "../ui/EmptyState";
import { formatCount } from "../ui/format";
import { UnitChips, UnitTable, isUnitState } from "../unit/UnitTable";
import { platesOf, type UnitPlate } from "../unit/unit-words";
import { usePlateUnits, useUnitWindow } from "../unit/use-units";
import { StopUnits } from "./StopUnits";
import { isActive, isHistoryGone, whyNotStop } from "./job-words";
import type { StartedTask } from "./job-words";

/** What the page knows of the units of the chosen run; shared by table and inspector. */
export function useShownUnits(task: StartedTask | null) {
  const state = usePageParams().get("state");
  return useUnitWindow(task?.run.id ?? null, isUnitState(state) ? state : null);
}

type Props = { job: JobView; task: StartedTask | null; units: ReturnType<typeof useShownUnits> };

/** Plates and units of the chosen task. */
export function JobUnits({ job, task, units }: Props) {
  const all = usePlateUnits(task?.run.id ?? null, task?.run.units.total ?? 0);
  if (task === null) {
    return (
      <div className="border-t border-line">
        <EmptyState bare title={isHistoryGone(job) ? "The units are not known any more" : "No units yet"}>
          {isHistoryGone(job)
            ? "They were deleted with the dataset. The job's archive, under Download, holds their logs; images on disk stay as they were."
            : isActive(job.state)
              ? "They appear here as soon as the first task has been planned."
              : "The job ended before any started."}
        </EmptyState>
      </div>
    );
  }
  const plates = all === undefined ? [] : platesOf(all);
  // The counts of the list come with its rows, so that chips and rows agree; the run's until then.
  const counts = units.query.data?.counts ?? task.run.units;
  return (
    <section
      aria-label={`Units of task ${task.order + 1}, ${task.name}`}
      className="flex min-h-[380px] flex-1 border-t border-line max-lg:flex-none max-lg:flex-col"
    >
      {plates.length > 0 && (
        <div className="shrink-0 border-line px-(--gutter) py-3 max-lg:border-b lg:max-w-[46%] lg:overflow-y-auto lg:border-r">
          {plates.map((plate) => (
            <Plate key={plate.name} plate={plate} runId={task.run.id} />
          ))}
        </div>
      )}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <div className="flex items-center justify-between">
          <UnitChips counts={counts} />
          {task.run.state === "running" && isActive(job.state) && <StopTask job={job} task={task} />}
        </div>
        <UnitTable key={task.run.id} runId={task.run.id} taskName={task.name} units={units} counts={counts} />
      </div>
    </section>
  );
}

/** For one task of several: what is left of the only one is stopped with the job. */
function StopTask({ job, task }: { job: JobView; task: StartedTask }) {
  const { running, pending } = task.run.units;
  const isAsked = task.run.stop_requested_by !== null;
  if (job.tasks.length < 2) return null;
  return (
    <div className="shrink-0 pr-(--gutter) pl-2">
      <StopUnits
        name={`task ${task.order + 1}, ${task.name}`}
        runId={task.run.id}
        running={running}
        pending={pending}
        label="Stop task"
        disabledReason={whyNotStop(job) ?? (isAsked ? "It is being stopped." : undefined)}
      />
    </div>
  );
}

function Plate({ plate, runId }: { plate: UnitPlate; runId: number }) {
  const params = usePageParams();
  const unitId = params.getId("unit");
  const selected = plate.wells.find((well) => well.unit_id === unitId) ?? null;
  const open = ({ row, column }: { row: number; column: number }) => {
    const well = plate.wells.find((one) => one.row === row && one.column === column);
    if (well !== undefined) params.go({ unit: well.unit_id, run: runId, show: null });
  };
  const count = (...states: string[]) =>
    plate.wells.filter((well) => states.includes(well.state ?? "")).length;
  return (
    <div className="mb-4 last:mb-0">
      <h2 className="mb-2 flex items-baseline gap-2 font-semibold">
        {plate.name}
        <span className="font-normal text-ink-3">
          {formatCount(plate.wells.length)} of {formatCount(plate.rows * plate.columns)} wells
        </span>
      </h2>
      <PlateMap
        label={`Plate ${plate.name}`}
        rows={plate.rows}
        columns={plate.columns}
        wells={plate.wells}
        selected={selected}
        onSelect={open}
        wellPx={plate.columns > 12 ? 14 : plate.columns > 6 ? 20 : 26}
      />
      <CountLegend
        className="mt-2"
        done={count("done")}
        failed={count("failed")}
        running={count("running")}
        stopped={count("stopped")}
        total={plate.wells.length}
        note="by well"
      />
    </div>
  );
}
