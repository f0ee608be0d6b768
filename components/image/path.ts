import { isInside } from "@/server/contracts/common";

/** Path of an image below its dataset; the whole address when it lies elsewhere. */
export function imagePath(zarrUrl: string, zarrDir: string): string {
  return isInside(zarrUrl, zarrDir) ? zarrUrl.slice(zarrDir.replace(/\/$/, "").length + 1) : zarrUrl;
}

/** The way back. */
export function imageUrl(path: string, zarrDir: string): string {
  return path.startsWith("/") || path.startsWith("s3://") ? path : `${zarrDir.replace(/\/$/, "")}/${path}`;
}
