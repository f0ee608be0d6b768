import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { id, ref, timestampCreated } from "../columns";
import { users } from "./user";

/** A lab or a team: people with whom things are shared at once. Written by administrators. */
export const userGroups = pgTable(
  "user_group",
  { id: id(), name: text().notNull(), ...timestampCreated },
  (t) => [uniqueIndex("user_group_name_key").on(t.name)],
);
export type UserGroupRow = typeof userGroups.$inferSelect;

export const userGroupMembers = pgTable(
  "user_group_member",
  {
    group_id: ref()
      .notNull()
      .references(() => userGroups.id, { onDelete: "cascade" }),
    user_id: ref()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    ...timestampCreated,
  },
  (t) => [
    primaryKey({ columns: [t.group_id, t.user_id] }),
    // The groups of one person.
    index("user_group_member_user_id_idx").on(t.user_id),
  ],
);
