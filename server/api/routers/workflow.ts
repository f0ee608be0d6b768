import { protectedProcedure, router } from "@/server/api/trpc";
import {
  AddWorkflowTaskInput,
  CreateWorkflowInput,
  ImportWorkflowInput,
  ListWorkflowsInput,
  MoveWorkflowTaskInput,
  RenameWorkflowInput,
  UpdateWorkflowTaskInput,
  WorkflowIdInput,
  WorkflowProgressInput,
  WorkflowTaskIdInput,
} from "@/server/contracts/workflow";
import { addWorkflowTask } from "@/server/services/workflow/add-task";
import { createWorkflow } from "@/server/services/workflow/create";
import { deleteWorkflow } from "@/server/services/workflow/delete";
import { getWorkflow } from "@/server/services/workflow/get";
import { getWorkflowProgress } from "@/server/services/workflow/get-progress";
import { importWorkflow } from "@/server/services/workflow/import";
import { listWorkflows } from "@/server/services/workflow/list";
import { moveWorkflowTask } from "@/server/services/workflow/move-task";
import { removeWorkflowTask } from "@/server/services/workflow/remove-task";
import { renameWorkflow } from "@/server/services/workflow/rename";
import { updateWorkflowTask } from "@/server/services/workflow/update-task";

export const workflowRouter = router({
  list: protectedProcedure
    .input(ListWorkflowsInput)
    .query(({ ctx, input }) => listWorkflows(ctx.service, input)),

  get: protectedProcedure.input(WorkflowIdInput).query(({ ctx, input }) => getWorkflow(ctx.service, input)),

  progress: protectedProcedure
    .input(WorkflowProgressInput)
    .query(({ ctx, input }) => getWorkflowProgress(ctx.service, input)),

  create: protectedProcedure
    .input(CreateWorkflowInput)
    .mutation(({ ctx, input }) => createWorkflow(ctx.service, input)),

  import: protectedProcedure
    .input(ImportWorkflowInput)
    .mutation(({ ctx, input }) => importWorkflow(ctx.service, input)),

  rename: protectedProcedure
    .input(RenameWorkflowInput)
    .mutation(({ ctx, input }) => renameWorkflow(ctx.service, input)),

  delete: protectedProcedure
    .input(WorkflowIdInput)
    .mutation(({ ctx, input }) => deleteWorkflow(ctx.service, input)),

  addTask: protectedProcedure
    .input(AddWorkflowTaskInput)
    .mutation(({ ctx, input }) => addWorkflowTask(ctx.service, input)),

  updateTask: protectedProcedure
    .input(UpdateWorkflowTaskInput)
    .mutation(({ ctx, input }) => updateWorkflowTask(ctx.service, input)),

  moveTask: protectedProcedure
    .input(MoveWorkflowTaskInput)
    .mutation(({ ctx, input }) => moveWorkflowTask(ctx.service, input)),

  removeTask: protectedProcedure
    .input(WorkflowTaskIdInput)
    .mutation(({ ctx, input }) => removeWorkflowTask(ctx.service, input)),
});
