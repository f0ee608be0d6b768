import { expect, test } from "vitest";
import { changesOf, formOf } from "@/components/user/user-form";

const user = {
  id: 7,
  email: "ada@example.org",
  is_active: true,
  is_superuser: false,
  is_verified: true,
  is_guest: false,
  profile: { id: 3, name: "p", resource_name: "r" },
  project_dirs: ["/a", "/b"],
  slurm_accounts: [],
  groups: [
    { id: 1, name: "x" },
    { id: 2, name: "y" },
  ],
  has_password: true,
  has_institute_account: false,
  tokens: 0,
  timestamp_created: "2026-01-01T00:00:00Z",
};

test("a form that was not touched changes nothing; one field changes one key", () => {
  const before = formOf(user);
  expect(changesOf(before, before)).toEqual({});
  expect(changesOf(before, { ...before, profile_id: null })).toEqual({ profile_id: null });
  expect(changesOf(before, { ...before, project_dirs: "/b\n/a\n" })).toEqual({ project_dirs: ["/b", "/a"] });
  expect(changesOf(before, { ...before, group_ids: ["2", "1"] })).toEqual({});
  expect(changesOf(before, { ...before, group_ids: ["2"] })).toEqual({ group_ids: [2] });
});
