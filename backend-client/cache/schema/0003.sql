-- The history that follows, heard of and not reported to yet (sync/sync_recover.h).
ALTER TABLE self ADD COLUMN new_gen TEXT;
ALTER TABLE self ADD COLUMN report_seq BIGINT NOT NULL DEFAULT 0 CHECK (report_seq <= op_seq);
