-- Digest of all that decides a job's result; jobs of before have none.
ALTER TABLE job ADD COLUMN run_digest text;
-- A checkpoint of a finished job keeps its weights; what only a resume needs goes after a while.
ALTER TABLE checkpoint ADD COLUMN resumable boolean NOT NULL DEFAULT true;
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
