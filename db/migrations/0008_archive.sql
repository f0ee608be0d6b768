ALTER TABLE "job" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "archive_bytes" bigint;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "archive_problem" text;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "archive_removed_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "job_archive_age_idx" ON "job" USING btree ("end_timestamp") WHERE "job"."archived_at" IS NOT NULL AND "job"."archive_removed_at" IS NULL;--> statement-breakpoint
-- Jobs that ended before there were archives: their folders are put away too, one after the other.
INSERT INTO "lease" ("kind", "id") SELECT 'janitor', "id" FROM "job" WHERE "state" IN ('done', 'failed', 'stopped') AND "working_dir" IS NOT NULL ON CONFLICT DO NOTHING;
