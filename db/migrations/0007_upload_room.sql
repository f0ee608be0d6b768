ALTER TABLE "upload" ALTER COLUMN "sha256" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "upload_user_id_idx" ON "upload" USING btree ("user_id");