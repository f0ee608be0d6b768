import type { Session } from "../session";

/** The real stack that the quickstart took out of a wheel. */
export async function realImagesFolder(api: Session["api"]): Promise<string> {
  for (const { id, name } of await api.workflow.list.query({})) {
    if (!name.startsWith("Published tasks")) continue;
    const { tasks } = await api.workflow.get.query({ workflow_id: id });
    const folder = tasks[0]?.args_non_parallel?.["images_folder"];
    if (typeof folder === "string") return folder;
  }
  throw new Error("The server has no published tasks: its quickstart could not reach the package index.");
}
