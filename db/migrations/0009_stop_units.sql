ALTER TABLE "job_request" DROP CONSTRAINT "job_request_kind_check";--> statement-breakpoint
ALTER TABLE "job_request" ADD COLUMN "history_run_id" bigint;--> statement-breakpoint
ALTER TABLE "job_request" ADD COLUMN "unit_ids" bigint[];--> statement-breakpoint
ALTER TABLE "job_request" ADD CONSTRAINT "job_request_target_check" CHECK (("job_request"."kind" = 'stop_job') = ("job_request"."history_run_id" IS NULL) AND ("job_request"."kind" = 'stop_units') = ("job_request"."unit_ids" IS NOT NULL));--> statement-breakpoint
ALTER TABLE "job_request" ADD CONSTRAINT "job_request_kind_check" CHECK ("job_request"."kind" IN ('stop_job', 'stop_run', 'stop_units'));