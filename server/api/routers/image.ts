import { protectedProcedure, router } from "@/server/api/trpc";
import {
  AddImageInput,
  EditImageInput,
  ImageFacetsInput,
  ListImagesInput,
  RemoveImagesInput,
} from "@/server/contracts/image";
import { addImage } from "@/server/services/image/add";
import { editImage } from "@/server/services/image/edit";
import { getImageFacets } from "@/server/services/image/get-facets";
import { listImages } from "@/server/services/image/list";
import { removeImages } from "@/server/services/image/remove";

export const imageRouter = router({
  list: protectedProcedure.input(ListImagesInput).query(({ ctx, input }) => listImages(ctx.service, input)),

  facets: protectedProcedure
    .input(ImageFacetsInput)
    .query(({ ctx, input }) => getImageFacets(ctx.service, input)),

  add: protectedProcedure.input(AddImageInput).mutation(({ ctx, input }) => addImage(ctx.service, input)),

  edit: protectedProcedure.input(EditImageInput).mutation(({ ctx, input }) => editImage(ctx.service, input)),

  remove: protectedProcedure
    .input(RemoveImagesInput)
    .mutation(({ ctx, input }) => removeImages(ctx.service, input)),
});
