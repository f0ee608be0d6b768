CREATE TABLE "upload" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"file_name" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runner_call" DROP CONSTRAINT "runner_call_kind_check";--> statement-breakpoint
ALTER TABLE "task_group_activity" ADD COLUMN "steps" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "task_group" ADD COLUMN "upload_id" uuid;--> statement-breakpoint
ALTER TABLE "task_group" ADD COLUMN "pip_extras" text;--> statement-breakpoint
ALTER TABLE "task_group" ADD COLUMN "pinned_package_versions_pre" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "task_group" ADD COLUMN "pinned_package_versions_post" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_user_id_user_account_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_group" ADD CONSTRAINT "task_group_upload_id_upload_id_fk" FOREIGN KEY ("upload_id") REFERENCES "public"."upload"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "task_group_upload_id_idx" ON "task_group" USING btree ("upload_id") WHERE "task_group"."upload_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "runner_call" ADD CONSTRAINT "runner_call_kind_check" CHECK ("runner_call"."kind" IN ('unit_log', 'find_package'));