import { and, isNull, eq, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { images } from "@/db/schema";
import type { ImageFilters } from "@/server/contracts/image";
import { json } from "@/server/services/database";

/**
 * Images of a dataset that match, as SQL. A missing type means false; a missing attribute never matches;
 * values compare with their JSON type, so the text "1" is not the number 1.
 *
 * Written with `@>`, which the GIN indexes answer; "false" can only be a negation.
 */
export function matchingImages(datasetId: number, filters: ImageFilters, search?: string): SQL {
  const wanted = Object.entries(filters.type_filters);
  const on = wanted.filter(([, value]) => value).map(([name]) => [name, true] as const);
  const conditions = [
    eq(images.dataset_id, datasetId),
    isNull(images.removed_at),
    ...(on.length > 0 ? [sql`${images.types} @> ${json(Object.fromEntries(on))}`] : []),
    ...wanted
      .filter(([, value]) => !value)
      .map(([name]) => sql`NOT (${images.types} @> ${json({ [name]: true })})`),
    ...Object.entries(filters.attribute_filters).map(([name, values]) => {
      const options = values.map((value) => sql`${images.attributes} @> ${json({ [name]: value })}`);
      return sql`(${sql.join(options, sql` OR `)})`;
    }),
    ...(search ? [sql`${images.zarr_url} ILIKE ${`%${search.replace(/[\\%_]/g, "\\$&")}%`}`] : []),
  ];
  // `and` of at least two conditions is never undefined.
  return and(...conditions) as SQL;
}
