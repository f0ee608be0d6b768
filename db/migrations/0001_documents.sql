ALTER TABLE "profile" ALTER COLUMN "document" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "resource" ALTER COLUMN "document" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "profile" ADD COLUMN "version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "profile" ADD COLUMN "timestamp_changed" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "profile" ADD COLUMN "changed_by" text;--> statement-breakpoint
ALTER TABLE "resource" ADD COLUMN "version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "resource" ADD COLUMN "timestamp_changed" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "resource" ADD COLUMN "changed_by" text;