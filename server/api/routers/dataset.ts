import { protectedProcedure, router } from "@/server/api/trpc";
import {
  CreateDatasetInput,
  DatasetIdInput,
  ListDatasetsInput,
  RenameDatasetInput,
} from "@/server/contracts/project";
import { createDataset } from "@/server/services/dataset/create";
import { deleteDataset } from "@/server/services/dataset/delete";
import { getDataset } from "@/server/services/dataset/get";
import { listDatasets } from "@/server/services/dataset/list";
import { renameDataset } from "@/server/services/dataset/rename";

export const datasetRouter = router({
  list: protectedProcedure
    .input(ListDatasetsInput)
    .query(({ ctx, input }) => listDatasets(ctx.service, input)),

  get: protectedProcedure.input(DatasetIdInput).query(({ ctx, input }) => getDataset(ctx.service, input)),

  create: protectedProcedure
    .input(CreateDatasetInput)
    .mutation(({ ctx, input }) => createDataset(ctx.service, input)),

  rename: protectedProcedure
    .input(RenameDatasetInput)
    .mutation(({ ctx, input }) => renameDataset(ctx.service, input)),

  delete: protectedProcedure
    .input(DatasetIdInput)
    .mutation(({ ctx, input }) => deleteDataset(ctx.service, input)),
});
