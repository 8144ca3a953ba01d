-- Which database this is: a home remembers whose files it holds, so that no other one clears them up.
CREATE TABLE installation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;

-- How a job that was deleted made its model.
ALTER TABLE model ADD COLUMN recipe jsonb;

CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
