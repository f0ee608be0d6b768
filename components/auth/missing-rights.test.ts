import { expect, test } from "vitest";
import { missingRights } from "@/components/auth/missing-rights";

const user = { is_verified: true, is_superuser: false, profile: null };

test("each thing that is missing is named; an administrator can go and make the profile", () => {
  expect(missingRights({ ...user, is_verified: false })).toHaveLength(2);
  expect(missingRights(user)).toEqual([expect.stringContaining("compute profile")]);
  expect(missingRights({ ...user, is_superuser: true })).toEqual([]);
  expect(missingRights({ ...user, is_superuser: true, is_verified: false })).toHaveLength(1);
});
