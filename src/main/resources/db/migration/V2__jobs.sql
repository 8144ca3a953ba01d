-- Jobs and what becomes of them. Every write on behalf of a worker names its epoch; zero rows means "you were fenced".
CREATE TABLE job (
    id                  text PRIMARY KEY,
    version             bigint      NOT NULL DEFAULT 0,
    project             text        NOT NULL DEFAULT 'default',
    name                text        NOT NULL,
    status              text        NOT NULL,
    status_reason       text        NOT NULL,
    desired             text        NOT NULL DEFAULT 'continue',
    desired_at          timestamptz,
    queue               text        NOT NULL DEFAULT 'default',
    priority            int         NOT NULL DEFAULT 0,
    labels              jsonb       NOT NULL DEFAULT '{}',
    spec                jsonb       NOT NULL,
    model_id            text        NOT NULL,
    dataset_id          text        NOT NULL,
    eval_dataset_id     text,
    adapter_id          text,
    max_retries         int         NOT NULL,
    max_runtime_seconds bigint,
    dedupe_key          text,
    dedupe_digest       text,
    epoch               bigint      NOT NULL DEFAULT 0,
    failures            int         NOT NULL DEFAULT 0,
    next_run_at         timestamptz NOT NULL,
    step                int         NOT NULL DEFAULT 0,
    total_steps         int         NOT NULL DEFAULT 0,
    data_epoch          double precision NOT NULL DEFAULT 0,
    eta_seconds         double precision,
    latest_metrics      jsonb       NOT NULL DEFAULT '{}',
    output_model        text,
    error_code          text,
    error_message       text,
    created_at          timestamptz NOT NULL,
    started_at          timestamptz,
    finished_at         timestamptz,
    CONSTRAINT known_status CHECK (status IN
        ('queued', 'starting', 'running', 'pausing', 'paused', 'succeeded', 'failed', 'cancelled')),
    CONSTRAINT known_desired CHECK (desired IN ('continue', 'pause', 'cancel')),
    CONSTRAINT asked_only_while_under_way CHECK (desired = 'continue' OR status IN ('starting', 'running', 'pausing')),
    CONSTRAINT asked_has_a_time CHECK ((desired_at IS NOT NULL) = (desired <> 'continue')),
    CONSTRAINT pausing_is_asked CHECK (status <> 'pausing' OR desired <> 'continue'),
    CONSTRAINT finished_iff_final CHECK ((finished_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled'))),
    CONSTRAINT error_iff_failed CHECK ((error_code IS NOT NULL) = (status = 'failed')),
    CONSTRAINT error_is_whole CHECK ((error_code IS NULL) = (error_message IS NULL)),
    CONSTRAINT output_iff_succeeded CHECK ((output_model IS NOT NULL) = (status = 'succeeded')),
    CONSTRAINT retries_not_negative CHECK (max_retries >= 0 AND failures >= 0 AND epoch >= 0),
    CONSTRAINT dedupe_is_whole CHECK ((dedupe_key IS NULL) = (dedupe_digest IS NULL))
);

CREATE UNIQUE INDEX job_dedupe ON job (project, dedupe_key) WHERE dedupe_key IS NOT NULL;
-- The claim reads this index only; finished jobs never slow it down.
CREATE INDEX job_waiting ON job (priority DESC, created_at, id) WHERE status = 'queued';
CREATE INDEX job_listed ON job (project, created_at DESC, id DESC);
CREATE INDEX job_unfinished ON job (model_id, dataset_id)
    WHERE status IN ('queued', 'starting', 'running', 'pausing', 'paused');

-- Append-only history: one row per run of a job.
CREATE TABLE attempt (
    job_id      text        NOT NULL REFERENCES job (id),
    epoch       bigint      NOT NULL,
    worker      text        NOT NULL,
    token_hash  bytea       NOT NULL,
    last_seq    bigint      NOT NULL DEFAULT 0,
    last_step   int         NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    outcome     text,
    PRIMARY KEY (job_id, epoch),
    CONSTRAINT known_outcome CHECK (outcome IN
        ('succeeded', 'failed', 'crashed', 'lost', 'paused', 'cancelled', 'stopped')),
    CONSTRAINT ended_iff_outcome CHECK ((ended_at IS NOT NULL) = (outcome IS NOT NULL))
);

CREATE UNIQUE INDEX attempt_open ON attempt (job_id) WHERE ended_at IS NULL;

-- Narrow, updated at every heartbeat: the free space keeps those updates within the page.
CREATE TABLE lease (
    job_id       text PRIMARY KEY REFERENCES job (id),
    epoch        bigint      NOT NULL,
    worker       text        NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE metric (
    job_id     text        NOT NULL REFERENCES job (id),
    split      text        NOT NULL,
    step       int         NOT NULL,
    epoch      bigint      NOT NULL,
    "values"   jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, split, step),
    CONSTRAINT known_split CHECK (split IN ('train', 'eval'))
);

-- Written in the transaction of the change that it tells of.
CREATE TABLE event (
    job_id     text        NOT NULL REFERENCES job (id),
    seq        bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    level      text        NOT NULL,
    type       text        NOT NULL,
    message    text        NOT NULL,
    data       jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (job_id, seq),
    CONSTRAINT known_level CHECK (level IN ('info', 'warn', 'error'))
);

CREATE TABLE checkpoint (
    id         text PRIMARY KEY,
    job_id     text        NOT NULL REFERENCES job (id),
    step       int         NOT NULL,
    epoch      bigint      NOT NULL,
    path       text        NOT NULL,
    size_bytes bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (job_id, step)
);
