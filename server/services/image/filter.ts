import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { imageConditions } from "@/db/image-filters";
import { images } from "@/db/schema";
import type { ImageFilters } from "@/server/contracts/image";

/** Images of a dataset that a job with these filters would see, and whose address holds `search`, in any letter case. */
export function matchingImages(datasetId: number, filters: ImageFilters, search?: string): SQL {
  const matching = imageConditions(datasetId, filters);
  if (!search) return matching;
  const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
  return sql`${matching} AND ${images.zarr_url} ILIKE ${pattern}`;
}
