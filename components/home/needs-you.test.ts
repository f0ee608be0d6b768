import { expect, test } from "vitest";
import type { JobSummary } from "@/server/contracts/job";
import { unansweredFailures } from "./needs-you";

const NOW = new Date("2026-11-20T12:00:00Z");
const job = (id: number, state: JobSummary["state"], over: Partial<JobSummary> = {}) =>
  ({
    id,
    state,
    workflow_id: 1,
    dataset_id: 1,
    start_timestamp: "2026-11-20T11:00:00Z",
    end_timestamp: "2026-11-20T11:30:00Z",
    ...over,
  }) as JobSummary;
const ids = (jobs: JobSummary[]) => unansweredFailures(jobs, NOW).map(({ id }) => id);

test("a failed job needs somebody until a later job of the same workflow and dataset exists", () => {
  expect(ids([job(1, "failed")])).toEqual([1]);
  expect(ids([job(2, "running"), job(1, "failed")])).toEqual([]);
  expect(ids([job(2, "done", { dataset_id: 7 }), job(1, "failed")])).toEqual([1]);
});

test("old failures and failures of what was deleted need nobody", () => {
  expect(ids([job(1, "failed", { end_timestamp: "2026-11-01T11:30:00Z" })])).toEqual([]);
  expect(ids([job(1, "failed", { dataset_id: null })])).toEqual([]);
});
