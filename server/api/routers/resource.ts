import { adminProcedure, protectedProcedure, router } from "@/server/api/trpc";
import { ResourceIdInput, UpdateResourceInput, sentAs } from "@/server/contracts/resource";
import type { ResourceDocument } from "@/server/contracts/resource";
import { createResource } from "@/server/services/resource/create";
import { deleteResource } from "@/server/services/resource/delete";
import { getResource } from "@/server/services/resource/get";
import { getResourceStatus } from "@/server/services/resource/get-status";
import { listPythons } from "@/server/services/resource/list-pythons";
import { listResources } from "@/server/services/resource/list";
import { updateResource } from "@/server/services/resource/update";

export const resourceRouter = router({
  status: protectedProcedure.query(({ ctx }) => getResourceStatus(ctx.service)),

  pythons: protectedProcedure.query(({ ctx }) => listPythons(ctx.service)),

  list: adminProcedure.query(({ ctx }) => listResources(ctx.service)),

  get: adminProcedure.input(ResourceIdInput).query(({ ctx, input }) => getResource(ctx.service, input)),

  create: adminProcedure
    .input(sentAs<ResourceDocument>())
    .mutation(({ ctx, input }) => createResource(ctx.service, input)),

  update: adminProcedure
    .input(UpdateResourceInput)
    .mutation(({ ctx, input }) => updateResource(ctx.service, input)),

  delete: adminProcedure
    .input(ResourceIdInput)
    .mutation(({ ctx, input }) => deleteResource(ctx.service, input)),
});
