-- What the OpenAI-compatible API needs of the other rooms' tables.

-- What the sender calls the file; null for those stored before.
ALTER TABLE dataset ADD COLUMN file_name text;

-- Where a deleted dataset stood in the list, so that a pager which deletes as it goes finds its way on.
CREATE TABLE dataset_gone (
    id         text PRIMARY KEY,
    created_at timestamptz NOT NULL
);

-- A digest without a key: the client sent no key, but its retries are recognised by the request itself.
ALTER TABLE job
    DROP CONSTRAINT dedupe_is_whole,
    ADD CONSTRAINT dedupe_key_has_digest CHECK (dedupe_key IS NULL OR dedupe_digest IS NOT NULL);
CREATE INDEX job_without_key ON job (dedupe_digest, created_at DESC)
    WHERE dedupe_key IS NULL AND dedupe_digest IS NOT NULL;

-- Events and metrics are read as one history, newest first.
CREATE INDEX event_by_time ON event (job_id, created_at);
CREATE INDEX metric_by_time ON metric (job_id, created_at);
