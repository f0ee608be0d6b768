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
