CREATE TABLE "retry_unit" (
	"job_id" bigint NOT NULL,
	"unit_id" bigint NOT NULL,
	CONSTRAINT "retry_unit_job_id_unit_id_pk" PRIMARY KEY("job_id","unit_id")
);
--> statement-breakpoint
ALTER TABLE "history_run" ADD COLUMN "num_kept" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "history_run" ADD COLUMN "num_left" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "mode" text DEFAULT 'run' NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "retries_run_id" bigint;--> statement-breakpoint
ALTER TABLE "retry_unit" ADD CONSTRAINT "retry_unit_job_id_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."job"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retry_unit" ADD CONSTRAINT "retry_unit_unit_id_history_unit_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."history_unit"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "retry_unit_unit_id_idx" ON "retry_unit" USING btree ("unit_id");--> statement-breakpoint
CREATE INDEX "history_run_retries_run_id_idx" ON "history_run" USING btree ("retries_run_id") WHERE "history_run"."retries_run_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "job_continues_job_id_idx" ON "job" USING btree ("continues_job_id") WHERE "job"."continues_job_id" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_mode_check" CHECK ("job"."mode" IN ('run', 'continue', 'retry'));--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_retry_check" CHECK (("job"."mode" = 'retry') = ("job"."retries_run_id" IS NOT NULL));