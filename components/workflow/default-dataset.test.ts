import { expect, test } from "vitest";
import type { DatasetSummary } from "@/server/contracts/project";
import { defaultDataset } from "./default-dataset";

const dataset = (id: number): DatasetSummary => ({
  id,
  name: `D${id}`,
  project_id: 1,
  project_name: "P",
  zarr_dir: "/z",
  images: 0,
  last_job: null,
  timestamp_created: "2026-11-20T00:00:00Z",
});

test("the address wins, then the newest job whose dataset is still there, then the newest dataset", () => {
  const datasets = [dataset(1), dataset(3), dataset(2)];
  expect(defaultDataset(datasets, 1, [{ dataset_id: 2 }])?.id).toBe(1);
  expect(defaultDataset(datasets, 9, [{ dataset_id: null }, { dataset_id: 7 }, { dataset_id: 2 }])?.id).toBe(
    2,
  );
  expect(defaultDataset(datasets, null, [])?.id).toBe(3);
  expect(defaultDataset([], null, [])).toBeNull();
});
