-- Digest of all that decides a job's result; jobs of before have none.
ALTER TABLE job ADD COLUMN run_digest text;
