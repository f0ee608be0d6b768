import { expect, test } from "vitest";
import { packUnits } from "./batching";

const LIMITS = {
  target_cpus_per_job: 4,
  max_cpus_per_job: 16,
  target_mb_per_job: 10_000,
  max_mb_per_job: 32_000,
  target_num_jobs: 20,
  max_num_jobs: 40,
};

test.each([
  { units: 1, cpus: 1, mb: 100, unitsPerJob: 4, atOnce: 4, jobs: 1 },
  { units: 10, cpus: 1, mb: 4_000, unitsPerJob: 2, atOnce: 2, jobs: 5 },
  { units: 100, cpus: 1, mb: 4_000, unitsPerJob: 8, atOnce: 8, jobs: 13 },
  { units: 300, cpus: 1, mb: 4_000, unitsPerJob: 8, atOnce: 8, jobs: 38 },
  { units: 1_000, cpus: 1, mb: 4_000, unitsPerJob: 25, atOnce: 8, jobs: 40 },
  { units: 10, cpus: 8, mb: 4_000, unitsPerJob: 1, atOnce: 1, jobs: 10 },
])("$units units of $cpus CPUs and $mb MB become $jobs jobs", ({ units, cpus, mb, ...packing }) => {
  expect(packUnits(units, cpus, mb, LIMITS)).toEqual({ ok: true, packing });
});

test("a unit that fits into no job is refused with both numbers", () => {
  expect(packUnits(10, 1, 40_000, LIMITS)).toEqual({
    ok: false,
    why: "One unit asks for 40000 MB; a SLURM job may have 32000 MB.",
  });
  expect(packUnits(10, 17, 1, LIMITS)).toMatchObject({ ok: false });
});

test.each([
  { units: 10, asked: [2, 5], unitsPerJob: 2, atOnce: 2, jobs: 5 },
  { units: 9, asked: [4, 2], unitsPerJob: 4, atOnce: 2, jobs: 3 },
])("$units units are packed as the task asks: $asked", ({ units, asked, ...packing }) => {
  const [unitsPerJob = null, atOnce = null] = asked;
  expect(packUnits(units, 1, 4_000, LIMITS, { unitsPerJob, atOnce })).toEqual({ ok: true, packing });
});

test.each([
  { units: 10, asked: [2, null], why: "must be given together" },
  { units: 10, asked: [null, 2], why: "must be given together" },
  { units: 1_000, asked: [2, 2], why: "500 jobs; 40 are allowed" },
  { units: 100, asked: [9, 9], why: "9 units at once ask for 36000 MB; a SLURM job may have 32000 MB" },
])("$units units packed as $asked are refused: $why", ({ units, asked, why }) => {
  const [unitsPerJob = null, atOnce = null] = asked;
  expect(packUnits(units, 1, 4_000, LIMITS, { unitsPerJob, atOnce })).toMatchObject({
    ok: false,
    why: expect.stringContaining(why) as string,
  });
});
