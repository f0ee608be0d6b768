import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { PERMISSIONS } from "../../server/contracts/enums";
import type { Permissions } from "../../server/contracts/enums";
import type { ImageAttributes, ImageTypes } from "../../server/contracts/image";
import { id, instant, oneOf, ref, timestampCreated } from "../columns";
import { resources } from "./resource";
import { users } from "./user";

/** A folder for datasets and workflows, shared with its members. Written by services. */
export const projects = pgTable(
  "project",
  {
    id: id(),
    name: text().notNull(),
    /** Null: none given. */
    description: text(),
    /** Resource of the creator at creation time; never changes. */
    resource_id: ref()
      .notNull()
      .references(() => resources.id, { onDelete: "restrict" }),
    ...timestampCreated,
  },
  (t) => [index("project_resource_id_idx").on(t.resource_id)],
);
export type ProjectRow = typeof projects.$inferSelect;

export const projectMembers = pgTable(
  "project_member",
  {
    project_id: ref()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    user_id: ref()
      .notNull()
      .references(() => users.id),
    is_owner: boolean().notNull(),
    /** False: invited, not accepted yet. */
    is_verified: boolean().notNull(),
    permissions: text().$type<Permissions>().notNull(),
    ...timestampCreated,
  },
  (t) => [
    primaryKey({ columns: [t.project_id, t.user_id] }),
    // Serves "my projects", the first query of most pages.
    index("project_member_user_id_idx").on(t.user_id),
    uniqueIndex("project_member_one_owner")
      .on(t.project_id)
      .where(sql`${t.is_owner}`),
    check("project_member_owner_is_verified", sql`NOT ${t.is_owner} OR ${t.is_verified}`),
    check("project_member_owner_has_all_rights", sql`NOT ${t.is_owner} OR ${t.permissions} = 'rwx'`),
    oneOf("project_member_permissions_check", t.permissions, PERMISSIONS),
  ],
);

/** A list of images below one folder. Written by services; the runner locks the row while it merges. */
export const datasets = pgTable(
  "dataset",
  {
    id: id(),
    project_id: ref()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** Normalised folder or `s3://` prefix; never changes. */
    zarr_dir: text().notNull(),
    /** Raised by every change of the image list; counts beside filters are cached under it. */
    images_version: integer().notNull().default(0),
    /** Set: the dataset is gone for everybody; the runner deletes its rows, chunk by chunk. */
    deleted_at: instant(),
    ...timestampCreated,
  },
  (t) => [index("dataset_project_id_idx").on(t.project_id)],
);
export type DatasetRow = typeof datasets.$inferSelect;

/** One image of a dataset. Written by the image editor and by the runner's merge, under a lock of the dataset row. */
export const images = pgTable(
  "image",
  {
    id: id(),
    dataset_id: ref()
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    /** Place in the list, ascending; gaps are normal after removals. */
    position: integer().notNull(),
    zarr_url: text().notNull(),
    /** `zarr_url` of the image it was derived from, which need not be in the list; null: raw data. */
    origin: text(),
    attributes: jsonb().$type<ImageAttributes>().notNull().default({}),
    types: jsonb().$type<ImageTypes>().notNull().default({}),
    /** Counts writes of this row. */
    version: integer().notNull().default(0),
    /** Set: removed from the list. The row stays because history points to it. */
    removed_at: instant(),
  },
  (t) => [
    uniqueIndex("image_dataset_id_zarr_url_key").on(t.dataset_id, t.zarr_url),
    // Serves a page of the image table and the runner's selection, both in list order.
    index("image_dataset_id_position_idx")
      .on(t.dataset_id, t.position)
      .where(sql`${t.removed_at} IS NULL`),
    index("image_attributes_idx").using("gin", sql`${t.attributes} jsonb_path_ops`),
    index("image_types_idx").using("gin", sql`${t.types} jsonb_path_ops`),
  ],
);
export type ImageTableRow = typeof images.$inferSelect;
