import { z } from "zod";
import { AbsolutePath, Id, NonEmptyString, SafeName } from "./common";
import type { JobState, Permissions } from "./enums";

export const CreateProjectInput = z.strictObject({
  name: SafeName,
  description: NonEmptyString.nullish(),
});
export const UpdateProjectInput = z.strictObject({
  project_id: Id,
  name: SafeName.optional(),
  description: NonEmptyString.nullish(),
});

export const CreateDatasetInput = z.strictObject({
  project_id: Id,
  name: SafeName,
  /** One of the user's project folders; absent: the first of them. */
  project_dir: AbsolutePath.nullish(),
  /** Folder below it, made from project and dataset name when absent. */
  zarr_subfolder: NonEmptyString.regex(/^[A-Za-z0-9_. /-]+$/, "Use letters, digits, spaces and . _ - / only.")
    .refine(
      (path) => !path.startsWith("/") && !path.split("/").includes(".."),
      "Must be a path below the project folder.",
    )
    .nullish(),
});
export const RenameDatasetInput = z.strictObject({ dataset_id: Id, name: SafeName });

export const ProjectIdInput = z.object({ project_id: Id });
export const DatasetIdInput = z.object({ dataset_id: Id });
/** Absent: the datasets of all the user's projects. */
export const ListDatasetsInput = z.object({ project_id: Id.optional() });

/** What the actor may do, made by the server so that the interface never repeats a rule. */
export type Can = { write: boolean; execute: boolean };

export type LastJob = { id: number; state: JobState; units_failed: number; timestamp: string } | null;

/** One day of the fortnight shown beside a project; oldest first, 14 of them. */
export type ActivityDay = "none" | "done" | "failed" | "running";

export type ProjectSummary = {
  id: number;
  name: string;
  description: string | null;
  permissions: Permissions;
  is_owner: boolean;
  datasets: number;
  workflows: number;
  images: number;
  last_job: LastJob;
  days: ActivityDay[];
  /** Last of: creation, newest job, newest dataset or workflow. */
  timestamp_changed: string;
};

export type ProjectView = ProjectSummary & {
  timestamp_created: string;
  resource_name: string;
  can: Can;
  members: { email: string; permissions: Permissions; is_owner: boolean }[];
};

export type DatasetSummary = {
  id: number;
  name: string;
  project_id: number;
  project_name: string;
  zarr_dir: string;
  images: number;
  last_job: LastJob;
  timestamp_created: string;
};

export type DatasetView = DatasetSummary & { can: Can; plates: number };
