import { datasetRouter } from "@/server/api/routers/dataset";
import { groupRouter } from "@/server/api/routers/group";
import { imageRouter } from "@/server/api/routers/image";
import { jobRouter } from "@/server/api/routers/job";
import { profileRouter } from "@/server/api/routers/profile";
import { projectRouter } from "@/server/api/routers/project";
import { resourceRouter } from "@/server/api/routers/resource";
import { taskRouter } from "@/server/api/routers/task";
import { tokenRouter } from "@/server/api/routers/token";
import { unitRouter } from "@/server/api/routers/unit";
import { userRouter } from "@/server/api/routers/user";
import { workflowRouter } from "@/server/api/routers/workflow";
import { createCallerFactory, router } from "@/server/api/trpc";

/** Thin on purpose: a procedure parses, calls one verb and returns. Rights and rules live in the verbs. */
export const appRouter = router({
  user: userRouter,
  group: groupRouter,
  resource: resourceRouter,
  profile: profileRouter,
  project: projectRouter,
  dataset: datasetRouter,
  image: imageRouter,
  workflow: workflowRouter,
  task: taskRouter,
  token: tokenRouter,
  job: jobRouter,
  unit: unitRouter,
});
export type AppRouter = typeof appRouter;

export const createCaller = createCallerFactory(appRouter);
