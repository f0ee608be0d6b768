import { expect, test } from "vitest";
import { ACTIVE_JOB_STATES, JOB_STATES } from "@/server/contracts/enums";
import { isFinal, publishedStatus } from "@/server/domain/jobs/status";

test("exactly the active states are published as submitted", () => {
  const submitted = JOB_STATES.filter((state) => publishedStatus(state) === "submitted");
  expect(submitted).toEqual([...ACTIVE_JOB_STATES]);
  expect(JOB_STATES.filter(isFinal)).toEqual(["stopped", "done", "failed"]);
  expect(publishedStatus("stopped")).toBe("failed");
});
