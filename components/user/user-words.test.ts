import { expect, test } from "vitest";
import { linesOf, userState } from "@/components/user/user-words";

const ready = { is_active: true, is_verified: true, profile: { id: 1, name: "p", resource_name: "r" } };

test("what is missing first is said first", () => {
  expect(userState(ready).word).toBe("ready");
  expect(userState({ ...ready, profile: null }).word).toBe("no profile");
  expect(userState({ ...ready, profile: null, is_verified: false }).word).toBe("not verified");
  expect(userState({ ...ready, is_verified: false, is_active: false }).word).toBe("switched off");
});

test("lines are trimmed, empty ones dropped, order kept", () => {
  expect(linesOf(" /b \n\n/a\n")).toEqual(["/b", "/a"]);
});
