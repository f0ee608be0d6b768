import { sanitiseName } from "@/server/domain/workflow/names";

/**
 * Where the images of a new dataset will lie, for the preview in the form.
 *
 * @param subfolder as typed; empty: the server makes one, whose number is not known yet and stands as `…`
 */
export function datasetFolder(input: {
  projectDir: string;
  subfolder: string;
  projectId: number;
  projectName: string;
  name: string;
}): string {
  const base = input.projectDir.replace(/\/+$/, "");
  const typed = input.subfolder.trim().replace(/\/+$/, "");
  if (typed !== "") return `${base}/${typed}`;
  const name = sanitiseName(input.name.trim()) || "name";
  return `${base}/fractal/${input.projectId}_${sanitiseName(input.projectName)}/…_${name}`;
}
