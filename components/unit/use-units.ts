"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { UnitState } from "@/server/contracts/enums";
import { useTRPC } from "../trpc/client";

/** Rows asked for at once, and the step in which the window moves. */
const WINDOW = 300;
const STEP = 100;
/** The most units that are put on a plate map at once. */
const MOST_ON_PLATES = 500;

/** The window of a run's units around what can be seen; the job's poll asks again when something changed. */
export function useUnitWindow(runId: number | null, state: UnitState | null) {
  const [first, setFirst] = useState(0);
  const offset = Math.max(0, Math.floor((first - STEP) / STEP) * STEP);
  const query = useQuery(
    useTRPC().unit.list.queryOptions(
      { run_id: runId ?? 0, offset, limit: WINDOW, ...(state === null ? {} : { states: [state] }) },
      { enabled: runId !== null, placeholderData: keepPreviousData },
    ),
  );
  return { query, offset, onWindowChange: (seen: number) => setFirst(seen) };
}

/** All units of a run that is small enough for a plate map; undefined otherwise. */
export function usePlateUnits(runId: number | null, total: number) {
  const isWanted = runId !== null && total > 0 && total <= MOST_ON_PLATES;
  const { data } = useQuery(
    useTRPC().unit.list.queryOptions({ run_id: runId ?? 0, limit: MOST_ON_PLATES }, { enabled: isWanted }),
  );
  return isWanted ? data?.items : undefined;
}
