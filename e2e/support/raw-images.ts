import { expect } from "@playwright/test";
import type { Session } from "../session";

/** A server that answers may still be at its quickstart. */
const QUICKSTART_TIMEOUT_MS = 120_000;

/** Raw images on the server: named by the environment, else those that the quickstart's workflow reads. */
export async function rawImagesFolder(api: Session["api"]): Promise<string> {
  let folder = process.env["E2E_IMAGES_FOLDER"];
  await expect
    .poll(async () => (folder ??= await findFolder(api)), {
      message: "a workflow of the server names a folder of images (or set E2E_IMAGES_FOLDER)",
      timeout: QUICKSTART_TIMEOUT_MS,
    })
    .toBeDefined();
  return folder ?? "";
}

async function findFolder(api: Session["api"]): Promise<string | undefined> {
  for (const { id, name } of await api.workflow.list.query({})) {
    if (!name.startsWith("Nuclei")) continue; // the published tasks work on images with other channels
    const { tasks } = await api.workflow.get.query({ workflow_id: id });
    const folder = tasks[0]?.args_non_parallel?.["images_folder"];
    if (typeof folder === "string" && folder !== "") return folder;
  }
  return undefined;
}
