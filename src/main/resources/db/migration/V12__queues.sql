-- Queues share the machines by weight; a cap that is null is none.
CREATE TABLE queue (
    name        text             PRIMARY KEY,
    weight      double precision NOT NULL DEFAULT 1 CHECK (weight > 0),
    max_running int              CHECK (max_running >= 0),
    max_gpus    int              CHECK (max_gpus >= 0),
    paused      boolean          NOT NULL DEFAULT false,
    created_at  timestamptz      NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO queue (name) VALUES ('default');
-- What was a mere label before goes on as a queue.
INSERT INTO queue (name) SELECT DISTINCT queue FROM job ON CONFLICT DO NOTHING;

-- What attempts that are over used, halved with every half-life up to as_of.
CREATE TABLE queue_usage (
    queue   text             NOT NULL,
    project text             NOT NULL,
    seconds double precision NOT NULL,
    as_of   timestamptz      NOT NULL,
    PRIMARY KEY (queue, project)
);

-- Who runs workers; present_until passes when a machine is gone.
CREATE TABLE machine (
    name          text        PRIMARY KEY,
    slots         int         NOT NULL CHECK (slots >= 0),
    gpus          text[]      NOT NULL,
    seen_at       timestamptz NOT NULL,
    present_until timestamptz NOT NULL
);

-- Which of its machine's GPUs a run has.
ALTER TABLE attempt ADD COLUMN gpus text[] NOT NULL DEFAULT '{}';

ALTER TABLE job ADD COLUMN gpus int NOT NULL DEFAULT 0;
UPDATE job SET gpus = 1, spec = jsonb_set(spec, '{resources,gpus}', '1')
 WHERE (spec #>> '{resources,gpus}')::int > 0;

DROP INDEX job_waiting;
-- The claim hops from group to group and reads the head of each; how many wait behind it does not matter.
CREATE INDEX job_waiting ON job (queue, gpus, project, priority DESC, created_at, id) WHERE status = 'queued';

-- What is not over is counted by this index, however many jobs are.
CREATE INDEX job_open ON job (queue, status) INCLUDE (next_run_at)
    WHERE status IN ('queued', 'starting', 'running', 'pausing', 'paused');

-- How many jobs ended how: one row for each change, so that no two wait for each other; servers sum them up now and then.
CREATE TABLE job_tally (
    queue  text   NOT NULL,
    status text   NOT NULL,
    jobs   bigint NOT NULL
);
INSERT INTO job_tally
SELECT queue, status, count(*) FROM job WHERE status IN ('succeeded', 'failed', 'cancelled') GROUP BY queue, status;

CREATE FUNCTION tally_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_tally VALUES (NEW.queue, NEW.status, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER job_ended AFTER UPDATE OF status ON job FOR EACH ROW
    WHEN (NEW.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status <> OLD.status) EXECUTE FUNCTION tally_end();

CREATE FUNCTION tally_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO job_tally
    SELECT queue, status, count(*) * CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END
      FROM changed WHERE status IN ('succeeded', 'failed', 'cancelled') GROUP BY queue, status;
    RETURN NULL;
END $$;
CREATE TRIGGER job_inserted AFTER INSERT ON job REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_rows();
CREATE TRIGGER job_deleted AFTER DELETE ON job REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tally_rows();

CREATE FUNCTION tally_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE job_tally;
    RETURN NULL;
END $$;
CREATE TRIGGER job_truncated AFTER TRUNCATE ON job FOR EACH STATEMENT EXECUTE FUNCTION tally_nothing();
