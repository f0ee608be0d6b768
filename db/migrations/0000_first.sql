CREATE TABLE "accounting_record" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "accounting_record_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"history_run_id" bigint,
	"timestamp" timestamp with time zone DEFAULT now() NOT NULL,
	"num_tasks" integer NOT NULL,
	"num_new_images" integer NOT NULL,
	CONSTRAINT "accounting_record_history_run_id_unique" UNIQUE("history_run_id")
);
--> statement-breakpoint
CREATE TABLE "batch" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "batch_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"submission_id" bigint NOT NULL,
	"history_run_id" bigint NOT NULL,
	"k" integer NOT NULL,
	"folder" text NOT NULL,
	"state" text DEFAULT 'planned' NOT NULL,
	"slots" integer NOT NULL,
	"cpus" integer NOT NULL,
	"mem_mb" integer,
	"handle" jsonb,
	"host" text,
	"results_offset" bigint DEFAULT 0 NOT NULL,
	"bad_lines" integer DEFAULT 0 NOT NULL,
	"exit_reason" text,
	"unknown_since" timestamp with time zone,
	"unknown_why" text,
	"timestamp_launched" timestamp with time zone,
	"timestamp_closed" timestamp with time zone,
	CONSTRAINT "batch_state_check" CHECK ("batch"."state" IN ('planned', 'launching', 'launched', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "history_run" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "history_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" bigint NOT NULL,
	"dataset_id" bigint NOT NULL,
	"workflow_task_id" bigint,
	"order" integer NOT NULL,
	"workflow_task_dump" jsonb NOT NULL,
	"task_group_dump" jsonb NOT NULL,
	"stage" text DEFAULT 'selected' NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"current_type_filters" jsonb NOT NULL,
	"num_available_images" integer NOT NULL,
	"num_new_images" integer DEFAULT 0 NOT NULL,
	"retries_run_id" bigint,
	"num_pending" integer DEFAULT 0 NOT NULL,
	"num_running" integer DEFAULT 0 NOT NULL,
	"num_done" integer DEFAULT 0 NOT NULL,
	"num_failed" integer DEFAULT 0 NOT NULL,
	"num_stopped" integer DEFAULT 0 NOT NULL,
	"num_warnings" integer DEFAULT 0 NOT NULL,
	"cause" jsonb,
	"timestamp_started" timestamp with time zone DEFAULT now() NOT NULL,
	"timestamp_ended" timestamp with time zone,
	CONSTRAINT "history_run_stage_check" CHECK ("history_run"."stage" IN ('selected', 'init', 'planned', 'merged', 'closed')),
	CONSTRAINT "history_run_state_check" CHECK ("history_run"."state" IN ('running', 'done', 'failed', 'stopped'))
);
--> statement-breakpoint
CREATE TABLE "history_unit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "history_unit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"history_run_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"position" integer NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"zarr_url" text,
	"num_images" integer NOT NULL,
	"args" text NOT NULL,
	"cause" jsonb,
	"has_warnings" boolean DEFAULT false NOT NULL,
	"output" jsonb,
	"timestamp_started" timestamp with time zone,
	"timestamp_ended" timestamp with time zone,
	CONSTRAINT "history_unit_kind_check" CHECK ("history_unit"."kind" IN ('init', 'unit')),
	CONSTRAINT "history_unit_state_check" CHECK ("history_unit"."state" IN ('pending', 'running', 'done', 'failed', 'stopped'))
);
--> statement-breakpoint
CREATE TABLE "image_status" (
	"workflow_task_id" bigint NOT NULL,
	"image_id" bigint NOT NULL,
	"unit_id" bigint NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "image_status_workflow_task_id_image_id_pk" PRIMARY KEY("workflow_task_id","image_id"),
	CONSTRAINT "image_status_state_check" CHECK ("image_status"."state" IN ('pending', 'running', 'done', 'failed', 'stopped'))
);
--> statement-breakpoint
CREATE TABLE "run_image" (
	"history_run_id" bigint NOT NULL,
	"position" integer NOT NULL,
	"image_id" bigint NOT NULL,
	CONSTRAINT "run_image_history_run_id_position_pk" PRIMARY KEY("history_run_id","position")
);
--> statement-breakpoint
CREATE TABLE "submission" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "submission_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"history_run_id" bigint NOT NULL,
	"tag" text,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "submission_tag_unique" UNIQUE("tag")
);
--> statement-breakpoint
CREATE TABLE "unit_attempt" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "unit_attempt_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"unit_id" bigint NOT NULL,
	"batch_id" bigint NOT NULL,
	"n" integer NOT NULL,
	"state" text DEFAULT 'planned' NOT NULL,
	"live" boolean DEFAULT true NOT NULL,
	"accepted" boolean DEFAULT false NOT NULL,
	"timestamp_started" timestamp with time zone,
	"timestamp_ended" timestamp with time zone,
	"exit_code" integer,
	"signal" integer,
	"reason" text,
	"detail" text,
	"wall_s" double precision,
	"cpu_s" double precision,
	"peak_mb" double precision,
	"log_offset" bigint,
	"log_bytes" bigint,
	CONSTRAINT "unit_attempt_state_check" CHECK ("unit_attempt"."state" IN ('planned', 'started', 'ended', 'interrupted', 'never_started'))
);
--> statement-breakpoint
CREATE TABLE "unit_image" (
	"unit_id" bigint NOT NULL,
	"image_id" bigint NOT NULL,
	CONSTRAINT "unit_image_unit_id_image_id_pk" PRIMARY KEY("unit_id","image_id")
);
--> statement-breakpoint
CREATE TABLE "job_request" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_request_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"user_email" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "job_request_kind_check" CHECK ("job_request"."kind" IN ('stop_job'))
);
--> statement-breakpoint
CREATE TABLE "job" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint,
	"workflow_id" bigint,
	"dataset_id" bigint,
	"user_id" bigint NOT NULL,
	"resource_id" bigint NOT NULL,
	"profile_id" bigint NOT NULL,
	"user_email" text NOT NULL,
	"project_dump" jsonb NOT NULL,
	"workflow_dump" jsonb NOT NULL,
	"dataset_dump" jsonb NOT NULL,
	"task_dumps" jsonb NOT NULL,
	"first_task_index" integer NOT NULL,
	"last_task_index" integer NOT NULL,
	"attribute_filters" jsonb NOT NULL,
	"type_filters" jsonb NOT NULL,
	"slurm_account" text,
	"worker_init" text,
	"working_dir" text,
	"working_dir_user" text,
	"cache_dir" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"start_timestamp" timestamp with time zone DEFAULT now() NOT NULL,
	"end_timestamp" timestamp with time zone,
	"cause" jsonb,
	"log" text,
	"continues_job_id" bigint,
	CONSTRAINT "job_state_check" CHECK ("job"."state" IN ('queued', 'running', 'stopping', 'stopped', 'done', 'failed')),
	CONSTRAINT "job_range_check" CHECK (0 <= "job"."first_task_index" AND "job"."first_task_index" <= "job"."last_task_index")
);
--> statement-breakpoint
CREATE TABLE "dataset" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dataset_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"name" text NOT NULL,
	"zarr_dir" text NOT NULL,
	"images_version" integer DEFAULT 0 NOT NULL,
	"deleted_at" timestamp with time zone,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "image" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "image_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"dataset_id" bigint NOT NULL,
	"position" integer NOT NULL,
	"zarr_url" text NOT NULL,
	"origin" text,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"types" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "project_member" (
	"project_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"is_owner" boolean NOT NULL,
	"is_verified" boolean NOT NULL,
	"permissions" text NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_member_project_id_user_id_pk" PRIMARY KEY("project_id","user_id"),
	CONSTRAINT "project_member_owner_is_verified" CHECK (NOT "project_member"."is_owner" OR "project_member"."is_verified"),
	CONSTRAINT "project_member_owner_has_all_rights" CHECK (NOT "project_member"."is_owner" OR "project_member"."permissions" = 'rwx'),
	CONSTRAINT "project_member_permissions_check" CHECK ("project_member"."permissions" IN ('r', 'rw', 'rwx'))
);
--> statement-breakpoint
CREATE TABLE "project" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "project_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"description" text,
	"resource_id" bigint NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profile" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "profile_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"resource_id" bigint NOT NULL,
	"resource_type" text NOT NULL,
	"name" text NOT NULL,
	"username" text,
	"document" jsonb NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "profile_name_unique" UNIQUE("name"),
	CONSTRAINT "profile_resource_type_check" CHECK ("profile"."resource_type" IN ('local', 'slurm_sudo', 'slurm_ssh')),
	CONSTRAINT "profile_username_unless_local" CHECK (("profile"."resource_type" = 'local') = ("profile"."username" IS NULL))
);
--> statement-breakpoint
CREATE TABLE "resource" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "resource_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"type" text NOT NULL,
	"name" text NOT NULL,
	"document" jsonb NOT NULL,
	"jobs_local_dir" text NOT NULL,
	"tasks_local_dir" text NOT NULL,
	"jobs_poll_interval" integer NOT NULL,
	"prevent_new_submissions" boolean DEFAULT false NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "resource_name_unique" UNIQUE("name"),
	CONSTRAINT "resource_type_check" CHECK ("resource"."type" IN ('local', 'slurm_sudo', 'slurm_ssh'))
);
--> statement-breakpoint
CREATE TABLE "lease" (
	"kind" text NOT NULL,
	"id" bigint NOT NULL,
	"owner" text,
	"token" bigint DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	CONSTRAINT "lease_kind_id_pk" PRIMARY KEY("kind","id"),
	CONSTRAINT "lease_kind_check" CHECK ("lease"."kind" IN ('job', 'resource', 'activity', 'janitor'))
);
--> statement-breakpoint
CREATE TABLE "runner_call" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "runner_call_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"args" jsonb NOT NULL,
	"user_id" bigint NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"taken_at" timestamp with time zone,
	"answer" jsonb,
	CONSTRAINT "runner_call_kind_check" CHECK ("runner_call"."kind" IN ('unit_log'))
);
--> statement-breakpoint
CREATE TABLE "runner" (
	"owner" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid_scope" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "setting" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_group_activity" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "task_group_activity_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"task_group_id" bigint,
	"pkg_name" text NOT NULL,
	"version" text NOT NULL,
	"action" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"log" text DEFAULT '' NOT NULL,
	"timestamp_started" timestamp with time zone DEFAULT now() NOT NULL,
	"timestamp_ended" timestamp with time zone,
	CONSTRAINT "task_group_activity_action_check" CHECK ("task_group_activity"."action" IN ('collect', 'deactivate', 'reactivate', 'delete')),
	CONSTRAINT "task_group_activity_status_check" CHECK ("task_group_activity"."status" IN ('pending', 'ongoing', 'failed', 'OK'))
);
--> statement-breakpoint
CREATE TABLE "task_group" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "task_group_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"resource_id" bigint NOT NULL,
	"origin" text NOT NULL,
	"pkg_name" text NOT NULL,
	"version" text NOT NULL,
	"python_version" text,
	"path" text,
	"venv_path" text,
	"archive_path" text,
	"env_info" text,
	"active" boolean DEFAULT false NOT NULL,
	"timestamp_last_used" timestamp with time zone,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_group_origin_check" CHECK ("task_group"."origin" IN ('pypi', 'wheel-file', 'pixi', 'other'))
);
--> statement-breakpoint
CREATE TABLE "task" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "task_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"task_group_id" bigint NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"version" text NOT NULL,
	"command_non_parallel" text[],
	"command_parallel" text[],
	"meta_non_parallel" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"meta_parallel" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"args_schema_non_parallel" json,
	"args_schema_parallel" json,
	"args_schema_version" text,
	"docs_info" text,
	"docs_link" text,
	"input_types" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"output_types" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"category" text,
	"modality" text,
	"authors" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "task_type_check" CHECK ("task"."type" IN ('compound', 'converter_compound', 'non_parallel', 'converter_non_parallel', 'parallel'))
);
--> statement-breakpoint
CREATE TABLE "user_account" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "user_account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"email" text NOT NULL,
	"hashed_password" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"is_superuser" boolean DEFAULT false NOT NULL,
	"is_verified" boolean DEFAULT false NOT NULL,
	"is_guest" boolean DEFAULT false NOT NULL,
	"profile_id" bigint,
	"project_dirs" text[] NOT NULL,
	"slurm_accounts" text[] DEFAULT '{}' NOT NULL,
	"session_epoch" integer DEFAULT 0 NOT NULL,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_account_superuser_is_not_guest" CHECK (NOT ("user_account"."is_superuser" AND "user_account"."is_guest")),
	CONSTRAINT "user_account_has_project_dir" CHECK (cardinality("user_account"."project_dirs") > 0)
);
--> statement-breakpoint
CREATE TABLE "workflow_task" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "workflow_task_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"workflow_id" bigint NOT NULL,
	"order" integer NOT NULL,
	"task_id" bigint NOT NULL,
	"alias" text,
	"args_non_parallel" jsonb,
	"args_parallel" jsonb,
	"meta_non_parallel" jsonb,
	"meta_parallel" jsonb,
	"type_filters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workflow" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "workflow_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" bigint NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"timestamp_created" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "accounting_record" ADD CONSTRAINT "accounting_record_history_run_id_history_run_id_fk" FOREIGN KEY ("history_run_id") REFERENCES "public"."history_run"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch" ADD CONSTRAINT "batch_submission_id_submission_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submission"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batch" ADD CONSTRAINT "batch_history_run_id_history_run_id_fk" FOREIGN KEY ("history_run_id") REFERENCES "public"."history_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history_run" ADD CONSTRAINT "history_run_job_id_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."job"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history_run" ADD CONSTRAINT "history_run_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history_run" ADD CONSTRAINT "history_run_workflow_task_id_workflow_task_id_fk" FOREIGN KEY ("workflow_task_id") REFERENCES "public"."workflow_task"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history_unit" ADD CONSTRAINT "history_unit_history_run_id_history_run_id_fk" FOREIGN KEY ("history_run_id") REFERENCES "public"."history_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "image_status" ADD CONSTRAINT "image_status_workflow_task_id_workflow_task_id_fk" FOREIGN KEY ("workflow_task_id") REFERENCES "public"."workflow_task"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "image_status" ADD CONSTRAINT "image_status_image_id_image_id_fk" FOREIGN KEY ("image_id") REFERENCES "public"."image"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "image_status" ADD CONSTRAINT "image_status_unit_id_history_unit_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."history_unit"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_image" ADD CONSTRAINT "run_image_history_run_id_history_run_id_fk" FOREIGN KEY ("history_run_id") REFERENCES "public"."history_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_image" ADD CONSTRAINT "run_image_image_id_image_id_fk" FOREIGN KEY ("image_id") REFERENCES "public"."image"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission" ADD CONSTRAINT "submission_history_run_id_history_run_id_fk" FOREIGN KEY ("history_run_id") REFERENCES "public"."history_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_attempt" ADD CONSTRAINT "unit_attempt_unit_id_history_unit_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."history_unit"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_attempt" ADD CONSTRAINT "unit_attempt_batch_id_batch_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batch"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_image" ADD CONSTRAINT "unit_image_unit_id_history_unit_id_fk" FOREIGN KEY ("unit_id") REFERENCES "public"."history_unit"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unit_image" ADD CONSTRAINT "unit_image_image_id_image_id_fk" FOREIGN KEY ("image_id") REFERENCES "public"."image"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_request" ADD CONSTRAINT "job_request_job_id_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."job"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_workflow_id_workflow_id_fk" FOREIGN KEY ("workflow_id") REFERENCES "public"."workflow"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_user_id_user_account_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_resource_id_resource_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resource"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_profile_id_profile_id_fk" FOREIGN KEY ("profile_id") REFERENCES "public"."profile"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "image" ADD CONSTRAINT "image_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_member" ADD CONSTRAINT "project_member_user_id_user_account_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_resource_id_resource_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resource"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "profile" ADD CONSTRAINT "profile_resource_id_resource_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resource"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_group_activity" ADD CONSTRAINT "task_group_activity_user_id_user_account_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_group_activity" ADD CONSTRAINT "task_group_activity_task_group_id_task_group_id_fk" FOREIGN KEY ("task_group_id") REFERENCES "public"."task_group"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_group" ADD CONSTRAINT "task_group_user_id_user_account_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task_group" ADD CONSTRAINT "task_group_resource_id_resource_id_fk" FOREIGN KEY ("resource_id") REFERENCES "public"."resource"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "task" ADD CONSTRAINT "task_task_group_id_task_group_id_fk" FOREIGN KEY ("task_group_id") REFERENCES "public"."task_group"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_profile_id_profile_id_fk" FOREIGN KEY ("profile_id") REFERENCES "public"."profile"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow_task" ADD CONSTRAINT "workflow_task_workflow_id_workflow_id_fk" FOREIGN KEY ("workflow_id") REFERENCES "public"."workflow"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow_task" ADD CONSTRAINT "workflow_task_task_id_task_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."task"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow" ADD CONSTRAINT "workflow_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounting_record_user_id_idx" ON "accounting_record" USING btree ("user_id","timestamp");--> statement-breakpoint
CREATE UNIQUE INDEX "batch_submission_id_k_key" ON "batch" USING btree ("submission_id","k");--> statement-breakpoint
CREATE INDEX "batch_open_idx" ON "batch" USING btree ("history_run_id") WHERE "batch"."state" <> 'closed';--> statement-breakpoint
CREATE UNIQUE INDEX "history_run_job_id_order_key" ON "history_run" USING btree ("job_id","order");--> statement-breakpoint
CREATE INDEX "history_run_workflow_task_id_idx" ON "history_run" USING btree ("workflow_task_id","dataset_id","id");--> statement-breakpoint
CREATE INDEX "history_run_dataset_id_idx" ON "history_run" USING btree ("dataset_id");--> statement-breakpoint
CREATE UNIQUE INDEX "history_unit_run_position_key" ON "history_unit" USING btree ("history_run_id","position");--> statement-breakpoint
CREATE INDEX "history_unit_run_state_idx" ON "history_unit" USING btree ("history_run_id","state","position");--> statement-breakpoint
CREATE INDEX "history_unit_zarr_url_idx" ON "history_unit" USING btree ("zarr_url");--> statement-breakpoint
CREATE INDEX "image_status_image_id_idx" ON "image_status" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "image_status_unit_id_idx" ON "image_status" USING btree ("unit_id");--> statement-breakpoint
CREATE INDEX "run_image_image_id_idx" ON "run_image" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "submission_history_run_id_idx" ON "submission" USING btree ("history_run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "unit_attempt_batch_id_n_key" ON "unit_attempt" USING btree ("batch_id","n");--> statement-breakpoint
CREATE UNIQUE INDEX "unit_attempt_one_live" ON "unit_attempt" USING btree ("unit_id") WHERE "unit_attempt"."live";--> statement-breakpoint
CREATE UNIQUE INDEX "unit_attempt_one_accepted" ON "unit_attempt" USING btree ("unit_id") WHERE "unit_attempt"."accepted";--> statement-breakpoint
CREATE INDEX "unit_attempt_unit_id_idx" ON "unit_attempt" USING btree ("unit_id");--> statement-breakpoint
CREATE INDEX "unit_image_image_id_idx" ON "unit_image" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "job_request_job_id_idx" ON "job_request" USING btree ("job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "job_one_active_per_dataset" ON "job" USING btree ("dataset_id") WHERE state IN ('queued', 'running', 'stopping');--> statement-breakpoint
CREATE INDEX "job_project_id_idx" ON "job" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "job_workflow_id_dataset_id_idx" ON "job" USING btree ("workflow_id","dataset_id","id");--> statement-breakpoint
CREATE INDEX "job_dataset_id_idx" ON "job" USING btree ("dataset_id","id");--> statement-breakpoint
CREATE INDEX "dataset_project_id_idx" ON "dataset" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "image_dataset_id_zarr_url_key" ON "image" USING btree ("dataset_id","zarr_url");--> statement-breakpoint
CREATE INDEX "image_dataset_id_position_idx" ON "image" USING btree ("dataset_id","position") WHERE "image"."removed_at" IS NULL;--> statement-breakpoint
CREATE INDEX "image_attributes_idx" ON "image" USING gin ("attributes" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "image_types_idx" ON "image" USING gin ("types" jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "project_member_user_id_idx" ON "project_member" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "project_member_one_owner" ON "project_member" USING btree ("project_id") WHERE "project_member"."is_owner";--> statement-breakpoint
CREATE INDEX "project_resource_id_idx" ON "project" USING btree ("resource_id");--> statement-breakpoint
CREATE INDEX "lease_kind_expires_at_idx" ON "lease" USING btree ("kind","expires_at");--> statement-breakpoint
CREATE INDEX "runner_call_open_idx" ON "runner_call" USING btree ("id") WHERE "runner_call"."taken_at" IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "task_group_activity_one_active" ON "task_group_activity" USING btree ("task_group_id") WHERE "task_group_activity"."status" IN ('pending', 'ongoing');--> statement-breakpoint
CREATE INDEX "task_group_activity_user_id_idx" ON "task_group_activity" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "task_group_identity_key" ON "task_group" USING btree ("user_id","resource_id","pkg_name","version");--> statement-breakpoint
CREATE UNIQUE INDEX "task_group_path_key" ON "task_group" USING btree ("resource_id","path");--> statement-breakpoint
CREATE UNIQUE INDEX "task_task_group_id_name_key" ON "task" USING btree ("task_group_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "workflow_task_workflow_id_idx" ON "workflow_task" USING btree ("workflow_id","order");--> statement-breakpoint
CREATE INDEX "workflow_task_task_id_idx" ON "workflow_task" USING btree ("task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "workflow_project_id_name_key" ON "workflow" USING btree ("project_id","name");