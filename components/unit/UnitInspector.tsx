"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect } from "react";
import type { UnitFiles, UnitView } from "@/server/contracts/job";
import { RerunUnits } from "../job/RerunUnits";
import { StopUnits } from "../job/StopUnits";
import { Inspector } from "../shell/Inspector";
import { LogViewer } from "../shell/LogViewer";
import { usePageParams } from "../shell/ShallowLinks";
import { MemoryBar } from "../state/MemoryBar";
import { StateGlyph } from "../state/StateGlyph";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { CopyButton } from "../ui/CopyButton";
import { ErrorState } from "../ui/ErrorState";
import { formatCount, formatDuration } from "../ui/format";
import { KeyValues, type KeyValue } from "../ui/KeyValues";
import { MiddleTruncate } from "../ui/MiddleTruncate";
import { RelativeTime } from "../ui/RelativeTime";
import { SkeletonLines } from "../ui/Skeleton";
import { Tabs } from "../ui/Tabs";
import { indented } from "./indent-json";
import { unitName } from "./unit-words";
import { useUnitLog } from "./use-unit-log";

export type UnitInspectorProps = {
  unitId: number;
  /** Neighbours in the list that is shown; null at its ends, and when the unit is not in it. */
  previousId: number | null;
  nextId: number | null;
  /** "3 of 12"; undefined when the unit is not in the list. */
  position?: string | undefined;
  /** Null once its job has ended; `reason` says why the viewer may not stop it. */
  stop: { reason: string | undefined } | null;
};

/** One unit: what it worked on, what it used, why it failed, its log, arguments and images. */
export function UnitInspector({ unitId, previousId, nextId, position, stop }: UnitInspectorProps) {
  const params = usePageParams();
  const query = useQuery(useTRPC().unit.get.queryOptions({ unit_id: unitId }));
  const unit = query.data;

  // External system: the keyboard. J and K outside inputs.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (
        event.target instanceof HTMLElement &&
        event.target.closest("input, textarea, select, [role=dialog]")
      )
        return;
      const target = { j: nextId, k: previousId }[event.key.toLowerCase()];
      if (target === null || target === undefined) return;
      event.preventDefault();
      params.go({ unit: target }, { replace: true });
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });

  const step = (label: string, id: number | null, icon: React.ReactNode) => (
    <Button
      variant="ghost"
      size="sm"
      icon
      aria-label={label}
      disabledReason={id === null ? "There is none in this list." : undefined}
      onClick={() => params.go({ unit: id }, { replace: true })}
    >
      {icon}
    </Button>
  );
  return (
    <Inspector
      icon={unit === undefined ? undefined : <StateGlyph state={unit.state} />}
      title={unit === undefined ? "Unit" : unitName(unit)}
      position={position}
      close={() => params.go({ unit: null, show: null })}
      tools={
        <>
          {step("Previous unit (K)", previousId, <ChevronUp strokeWidth={1.75} />)}
          {step("Next unit (J)", nextId, <ChevronDown strokeWidth={1.75} />)}
        </>
      }
    >
      {unit !== undefined ? (
        <UnitParts key={unit.id} unit={unit} stop={stop} />
      ) : query.isError ? (
        <div className="p-4">
          <ErrorState
            title="This unit could not be loaded."
            action={<Button onClick={() => void query.refetch()}>Try again</Button>}
          >
            {query.error.message}
          </ErrorState>
        </div>
      ) : (
        <div className="px-4 py-3">
          <SkeletonLines lines={5} label="Loading unit" />
        </div>
      )}
    </Inspector>
  );
}

const SHOWN = ["log", "arguments", "images"] as const;

function UnitParts({ unit, stop }: { unit: UnitView; stop: UnitInspectorProps["stop"] }) {
  const params = usePageParams();
  const shown = SHOWN.find((name) => name === params.get("show")) ?? "log";
  const hrefs = {
    log: params.href({ show: null }),
    arguments: params.href({ show: "arguments" }),
    images: params.href({ show: "images" }),
  };
  const made = unit.images_made.length;
  const isOpen = unit.state === "pending" || unit.state === "running";
  return (
    <>
      <div className="shrink-0 px-4 py-3">
        <KeyValues facts={factsOf(unit)} />
        {unit.cause !== null && (
          <Callout tone="fail" title={`${unit.cause.title}.`} className="mt-3">
            {unit.cause.text}
            {unit.cause.evidence !== null && (
              <code className="mt-1 block break-words text-fail-ink">{unit.cause.evidence}</code>
            )}
            <span className="mt-1 block text-ink-2">{unit.cause.next_step}</span>
          </Callout>
        )}
        {unit.stop_requested !== null && (unit.state === "stopped" || isOpen) && (
          <p className="mt-3 text-ink-2">
            {unit.state === "stopped" ? "Stopped by" : "Being stopped by"} {unit.stop_requested.user_email},{" "}
            <RelativeTime value={unit.stop_requested.at} />.
          </p>
        )}
        {isOpen && unit.stop_requested === null && stop !== null && (
          <div className="mt-3">
            <StopUnits
              name={`unit ${unit.id}`}
              runId={unit.run_id}
              unitIds={[unit.id]}
              running={unit.state === "running" ? 1 : 0}
              pending={unit.state === "pending" ? 1 : 0}
              label="Stop this unit"
              disabledReason={stop.reason}
            />
          </div>
        )}
        {(unit.state === "failed" || unit.state === "stopped") && (
          <div className="mt-3">
            <RerunUnits
              input={{ run_id: unit.run_id, unit_ids: [unit.id] }}
              label="Rerun this unit"
              disabledReason={stop === null ? undefined : "Its job has not ended yet."}
            />
          </div>
        )}
      </div>
      <Tabs
        label="Parts of the unit"
        className="shrink-0 px-4"
        current={hrefs[shown]}
        tabs={[
          { href: hrefs.log, label: "Log" },
          { href: hrefs.arguments, label: "Arguments" },
          ...(made > 0 ? [{ href: hrefs.images, label: "Images made", count: formatCount(made) }] : []),
        ]}
      />
      {shown === "log" && <UnitLogPart unit={unit} />}
      {shown === "arguments" && <Arguments text={unit.args} />}
      {shown === "images" && (
        <ul className="flex flex-col gap-1 px-4 py-3">
          {unit.images_made.map((url) => (
            <li key={url}>
              <MiddleTruncate text={url} max={60} copyable />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function factsOf(unit: UnitView): KeyValue[] {
  const used = [
    unit.wall_seconds === null ? null : formatDuration(unit.wall_seconds),
    unit.cpu_seconds === null ? null : `${formatDuration(unit.cpu_seconds)} of CPU`,
  ].filter(Boolean);
  const ended =
    unit.signal !== null
      ? `signal ${unit.signal}`
      : unit.exit_code === null
        ? null
        : `exit code ${unit.exit_code}`;
  return [
    ...(unit.zarr_url === null
      ? []
      : [{ label: "Image", value: <MiddleTruncate text={unit.zarr_url} max={52} copyable /> }]),
    {
      label: "Ran as",
      value: [
        `unit ${unit.id} of task ${unit.order + 1}, ${unit.task_name}`,
        unit.attempts > 1 ? `attempt ${unit.attempts}` : null,
      ]
        .filter(Boolean)
        .join(", "),
    },
    {
      label: "On",
      value: (
        <>
          {unit.host ?? "no host yet"}
          {unit.started_at !== null && (
            <>
              , <RelativeTime value={unit.started_at} />
            </>
          )}
          {ended !== null && `, ${ended}`}
        </>
      ),
    },
    ...(used.length === 0 && unit.peak_mb === null
      ? []
      : [
          {
            label: "Used",
            value: (
              <span className="inline-flex flex-wrap items-center gap-x-3">
                {used.join(", ")}
                {unit.peak_mb !== null && <MemoryBar used_mb={unit.peak_mb} asked_mb={unit.mem_mb} />}
              </span>
            ),
          },
        ]),
    ...filesFacts(unit.files),
  ];
}

function filesFacts(files: UnitFiles | null): KeyValue[] {
  switch (files?.kind) {
    case undefined:
      return [];
    case "folder":
      return [{ label: "Folder", value: <MiddleTruncate text={files.folder} max={52} copyable /> }];
    case "archive":
      return [
        { label: "Archive", value: <MiddleTruncate text={files.archive} max={52} copyable /> },
        { label: "In it", value: <MiddleTruncate text={files.folder} max={52} copyable /> },
      ];
    case "removed":
      return [
        {
          label: "Archive",
          value: (
            <>
              removed for its age <RelativeTime value={files.removed_at} />
            </>
          ),
        },
      ];
  }
}

function UnitLogPart({ unit }: { unit: UnitView }) {
  const { data: log, isError, error, refetch } = useUnitLog(unit.id);
  if (isError && log === undefined) {
    return (
      <div className="p-4">
        <ErrorState
          title="The log could not be read."
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error.message}
        </ErrorState>
      </div>
    );
  }
  const isGone = log !== undefined && log.missing !== null && log.chunks.length === 0;
  return (
    <div className="flex min-h-80 flex-1 flex-col">
      <LogViewer
        text={log?.chunks ?? []}
        following={log !== undefined && !log.ended && !isGone}
        state={log === undefined ? "loading" : isGone ? "gone" : "ready"}
        goneReason={log?.missing}
        fileName={`unit-${unit.id}.log`}
        note={
          isError
            ? `Not read since: ${error.message}`
            : log?.isCut === true
              ? `The first 16 MB; the rest is in the ${unit.files?.kind === "archive" ? "archive" : "folder"}.`
              : undefined
        }
      />
    </div>
  );
}

/** As the task received them: numbers are not read and written again. */
function Arguments({ text }: { text: string }) {
  return (
    <div className="relative px-4 py-3">
      <CopyButton text={text} label="Copy arguments" className="absolute top-4 right-5" />
      <pre
        tabIndex={0}
        aria-label="Arguments as JSON"
        className="overflow-x-auto rounded-control bg-sunken p-3 font-mono text-12"
      >
        {indented(text)}
      </pre>
    </div>
  );
}
