import { sql } from "drizzle-orm";
import { boolean, check, integer, json, pgTable, text } from "drizzle-orm/pg-core";
import { RESOURCE_TYPES } from "../../server/contracts/enums";
import type { ResourceType } from "../../server/contracts/enums";
import { id, instant, oneOf, ref, timestampCreated } from "../columns";

/** Who changed a document last, and how often it was: an update names the version that it was made from. */
const changes = {
  version: integer().notNull().default(0),
  /** Null: not changed since it was created. */
  timestamp_changed: instant(),
  /** E-mail of the administrator; null: nobody yet, or the server itself. */
  changed_by: text(),
};

/** Where tasks run. Written by administrators. */
export const resources = pgTable(
  "resource",
  {
    id: id(),
    type: text().$type<ResourceType>().notNull(),
    name: text().notNull().unique(),
    /**
     * The whole document as it was sent: shown again equal, defaults are computed when read. `json`, which
     * keeps the order of the keys.
     */
    document: json().$type<Record<string, unknown>>().notNull(),
    /** Columns that queries need, copied from the document by the same write. */
    jobs_local_dir: text().notNull(),
    tasks_local_dir: text().notNull(),
    jobs_poll_interval: integer().notNull(),
    prevent_new_submissions: boolean().notNull().default(false),
    ...changes,
    ...timestampCreated,
  },
  (t) => [oneOf("resource_type_check", t.type, RESOURCE_TYPES)],
);
export type ResourceRow = typeof resources.$inferSelect;

/** As whom a user runs on a resource. Written by administrators. */
export const profiles = pgTable(
  "profile",
  {
    id: id(),
    resource_id: ref()
      .notNull()
      .references(() => resources.id, { onDelete: "restrict" }),
    resource_type: text().$type<ResourceType>().notNull(),
    name: text().notNull().unique(),
    /** Account to run as; null exactly on `local`. */
    username: text(),
    /** The whole document as it was sent. */
    document: json().$type<Record<string, unknown>>().notNull(),
    ...changes,
    ...timestampCreated,
  },
  (t) => [
    oneOf("profile_resource_type_check", t.resource_type, RESOURCE_TYPES),
    check("profile_username_unless_local", sql`(${t.resource_type} = 'local') = (${t.username} IS NULL)`),
  ],
);
export type ProfileRow = typeof profiles.$inferSelect;
