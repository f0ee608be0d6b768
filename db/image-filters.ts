import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { images } from "@/db/schema";
import type { ImageFilters } from "@/server/contracts/image";

/**
 * The filters of `server/domain/images/filter.ts` as conditions over `image`: containment, so that the GIN
 * indexes serve them; "false" can only be a negation. Values compare with their JSON type. A removed image never
 * matches. The runner's selection and the image table both use it, so that they agree.
 */
export function imageConditions(datasetId: number, filters: ImageFilters): SQL {
  const conditions = [sql`${images.dataset_id} = ${datasetId}`, sql`${images.removed_at} IS NULL`];
  for (const [flag, wanted] of Object.entries(filters.type_filters)) {
    const carries = sql`${images.types} @> ${JSON.stringify({ [flag]: true })}::text::jsonb`;
    conditions.push(wanted ? carries : sql`NOT (${carries})`);
  }
  for (const [name, allowed] of Object.entries(filters.attribute_filters)) {
    const members = allowed.map(
      (value) => sql`${images.attributes} @> ${JSON.stringify({ [name]: value })}::text::jsonb`,
    );
    conditions.push(sql`(${sql.join(members, sql` OR `)})`);
  }
  return sql.join(conditions, sql` AND `);
}
