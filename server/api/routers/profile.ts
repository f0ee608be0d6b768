import { adminProcedure, router } from "@/server/api/trpc";
import {
  CreateProfileInput,
  ListProfilesInput,
  ProfileIdInput,
  UpdateProfileInput,
} from "@/server/contracts/profile";
import { createProfile } from "@/server/services/profile/create";
import { deleteProfile } from "@/server/services/profile/delete";
import { getProfile } from "@/server/services/profile/get";
import { listProfiles } from "@/server/services/profile/list";
import { updateProfile } from "@/server/services/profile/update";

export const profileRouter = router({
  list: adminProcedure.input(ListProfilesInput).query(({ ctx, input }) => listProfiles(ctx.service, input)),

  get: adminProcedure.input(ProfileIdInput).query(({ ctx, input }) => getProfile(ctx.service, input)),

  create: adminProcedure
    .input(CreateProfileInput)
    .mutation(({ ctx, input }) => createProfile(ctx.service, input)),

  update: adminProcedure
    .input(UpdateProfileInput)
    .mutation(({ ctx, input }) => updateProfile(ctx.service, input)),

  delete: adminProcedure
    .input(ProfileIdInput)
    .mutation(({ ctx, input }) => deleteProfile(ctx.service, input)),
});
