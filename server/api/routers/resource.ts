import type { z } from "zod";
import { protectedProcedure, router } from "@/server/api/trpc";
import { ProfileCreateInput, ResourceCreate } from "@/server/contracts/resource";
import { createResource } from "@/server/services/resource/create";
import { createProfile } from "@/server/services/resource/create-profile";
import { getResourceStatus } from "@/server/services/resource/get-status";

/** Checks and passes on what was sent, not what the schema made of it: documents are stored as sent. */
const asSent =
  <S extends z.ZodType>(schema: S) =>
  (raw: unknown): z.input<S> => {
    schema.parse(raw);
    return raw as z.input<S>;
  };

export const resourceRouter = router({
  status: protectedProcedure.query(({ ctx }) => getResourceStatus(ctx.service)),

  create: protectedProcedure
    .input(asSent(ResourceCreate))
    .mutation(({ ctx, input }) => createResource(ctx.service, input)),

  createProfile: protectedProcedure
    .input(asSent(ProfileCreateInput))
    .mutation(({ ctx, input }) => createProfile(ctx.service, input)),
});
