import { imagePath } from "@/components/image/path";
import type { ImageRow } from "@/server/contracts/image";

/**
 * Which images can be compared by brightness: those of one plate in one folder. Raw and projected images of a
 * plate lie in different folders.
 */
export function plateOf(image: Pick<ImageRow, "zarr_url" | "attributes">, zarrDir: string): string {
  const [folder = ""] = imagePath(image.zarr_url, zarrDir).split("/");
  return `${image.attributes["plate"] ?? ""} ${folder}`;
}
