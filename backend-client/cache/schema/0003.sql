-- The history that follows, heard of and not reported to yet (sync/sync_recover.h).
ALTER TABLE self ADD COLUMN new_gen TEXT;
