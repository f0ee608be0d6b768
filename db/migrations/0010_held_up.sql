ALTER TABLE "lease" DROP CONSTRAINT "lease_kind_check";--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "held_up" text;--> statement-breakpoint
ALTER TABLE "lease" ADD CONSTRAINT "lease_kind_check" CHECK ("lease"."kind" IN ('job', 'resource', 'activity', 'janitor', 'deletion'));--> statement-breakpoint
-- Datasets that were deleted before anything removed their rows.
UPDATE "job" SET "dataset_id" = NULL FROM "dataset" d WHERE d."id" = "job"."dataset_id" AND d."deleted_at" IS NOT NULL AND "job"."state" IN ('done', 'failed', 'stopped');--> statement-breakpoint
INSERT INTO "lease" ("kind", "id") SELECT 'deletion', "id" FROM "dataset" WHERE "deleted_at" IS NOT NULL ON CONFLICT DO NOTHING;
