import { asc, eq } from "drizzle-orm";
import { taskGroups, tasks, workflowTasks } from "@/db/schema";
import type { TypeFilters } from "@/server/contracts/image";
import type { WorkflowTaskView, WorkflowView } from "@/server/contracts/workflow";
import { isConverter } from "@/server/domain/tasks/calls";
import { typeFlow } from "@/server/domain/workflow/type-flow";
import { requireWorkflow } from "@/server/services/access";
import type { Scope, ServiceContext } from "@/server/services/context";
import { findActiveJob } from "@/server/services/job/find-active";
import { toTaskView } from "@/server/services/task/view";
import type { TaskWithGroup } from "@/server/services/task/view";
import type { WorkflowTaskRow } from "@/db/schema";

export async function getWorkflow(
  ctx: ServiceContext,
  input: { workflow_id: number },
): Promise<WorkflowView> {
  const workflow = await requireWorkflow(ctx, input.workflow_id, "read");
  const [steps, activeJob] = await Promise.all([
    stepsOf(ctx, workflow.id),
    findActiveJob(ctx.db, { workflow_id: workflow.id }),
  ]);
  const flow = typeFlow(steps.map(toFlowStep));
  return {
    id: workflow.id,
    name: workflow.name,
    description: workflow.description,
    project_id: workflow.project_id,
    project_name: workflow.project.name,
    can: workflow.project.can,
    tasks: steps.map((step, n) => toView(step, flow[n]?.effective ?? {}, flow[n]?.after ?? {})),
    active_job_id: activeJob,
  };
}

export type Step = TaskWithGroup & { row: WorkflowTaskRow };

/** Workflow tasks in order, with their tasks. */
export async function stepsOf(scope: Pick<Scope, "db">, workflowId: number): Promise<Step[]> {
  return scope.db
    .select({ row: workflowTasks, task: tasks, group: taskGroups })
    .from(workflowTasks)
    .innerJoin(tasks, eq(tasks.id, workflowTasks.task_id))
    .innerJoin(taskGroups, eq(taskGroups.id, tasks.task_group_id))
    .where(eq(workflowTasks.workflow_id, workflowId))
    .orderBy(asc(workflowTasks.order));
}

export const toFlowStep = ({ row, task }: Step) => ({
  is_converter: isConverter(task.type),
  input_types: task.input_types,
  output_types: task.output_types,
  type_filters: row.type_filters,
});

function toView(step: Step, before: TypeFilters, after: TypeFilters): WorkflowTaskView {
  const { workflow_id: _, task_id: __, ...shown } = step.row;
  return {
    ...shown,
    task_type: step.task.type,
    task: toTaskView(step),
    flow: { before: { ...before }, after: { ...after } },
  };
}
