import { z } from "zod";
import { Id, NonEmptyString } from "./common";
import type { Instant } from "./common";

export const CreateGroupInput = z.strictObject({
  name: NonEmptyString.max(100, "Use at most 100 characters."),
});
export const GroupIdInput = z.strictObject({ group_id: Id });
/** The complete new membership. */
export const SetGroupMembersInput = z.strictObject({
  group_id: Id,
  user_ids: z.array(Id).refine((ids) => new Set(ids).size === ids.length, "Names a user twice."),
});

export type GroupView = {
  id: number;
  name: string;
  /** By e-mail. */
  members: { id: number; email: string }[];
  timestamp_created: Instant;
};
