import { protectedProcedure, router } from "@/server/api/trpc";
import { CreateProjectInput, ProjectIdInput, UpdateProjectInput } from "@/server/contracts/project";
import { createProject } from "@/server/services/project/create";
import { getProject } from "@/server/services/project/get";
import { listProjects } from "@/server/services/project/list";
import { updateProject } from "@/server/services/project/update";

export const projectRouter = router({
  list: protectedProcedure.query(({ ctx }) => listProjects(ctx.service)),

  get: protectedProcedure.input(ProjectIdInput).query(({ ctx, input }) => getProject(ctx.service, input)),

  create: protectedProcedure
    .input(CreateProjectInput)
    .mutation(({ ctx, input }) => createProject(ctx.service, input)),

  update: protectedProcedure
    .input(UpdateProjectInput)
    .mutation(({ ctx, input }) => updateProject(ctx.service, input)),
});
