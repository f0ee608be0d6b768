import type { z } from "zod";
import { GetTaskInput } from "@/server/contracts/task";
import type { TaskView } from "@/server/contracts/task";
import { requireCompute } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { readTask, toTaskView } from "@/server/services/task/view";

export async function getTask(ctx: ServiceContext, raw: z.input<typeof GetTaskInput>): Promise<TaskView> {
  const { task_id } = GetTaskInput.parse(raw);
  const { resource } = await requireCompute(ctx);
  return toTaskView(await readTask(ctx.db, task_id, resource.id));
}
