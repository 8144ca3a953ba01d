CREATE TABLE model (
    id             text        PRIMARY KEY,
    name           text        NOT NULL CONSTRAINT model_name_unique UNIQUE,
    kind           text        NOT NULL CONSTRAINT known_kind CHECK (kind IN ('BASE', 'FINE_TUNED', 'ADAPTER')),
    architecture   text        NOT NULL,
    parameters     bigint      NOT NULL CHECK (parameters > 0),
    dtype          text        NOT NULL,
    vocab_size     int         NOT NULL CHECK (vocab_size > 0),
    context_length int         NOT NULL CHECK (context_length > 0),
    digest         text        NOT NULL CHECK (digest LIKE 'sha256:%'),
    size_bytes     bigint      NOT NULL CHECK (size_bytes > 0),
    -- Lineage outlives the ancestor: no foreign keys. One result per job, however often the job reports it.
    parent_model   text,
    job            text        CONSTRAINT model_job_unique UNIQUE,
    created_at     timestamptz NOT NULL,
    CONSTRAINT adapter_has_parent CHECK (kind <> 'ADAPTER' OR parent_model IS NOT NULL)
);
CREATE INDEX model_newest ON model (created_at DESC, id DESC);
CREATE INDEX model_digest ON model (digest);
CREATE INDEX model_parent ON model (parent_model) WHERE parent_model IS NOT NULL;

CREATE TABLE dataset (
    id           text        PRIMARY KEY,
    name         text        NOT NULL,
    version      int         NOT NULL CHECK (version > 0),
    digest       text        NOT NULL CHECK (digest LIKE 'sha256:%'),
    tree         text        NOT NULL CHECK (tree LIKE 'sha256:%'),
    file         text        NOT NULL,
    format       text        NOT NULL,
    on_invalid   text        NOT NULL CONSTRAINT known_on_invalid CHECK (on_invalid IN ('REJECT', 'SKIP')),
    rows         bigint      NOT NULL CHECK (rows > 0),
    has_rejected boolean     NOT NULL,
    size_bytes   bigint      NOT NULL CHECK (size_bytes > 0),
    report       jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT dataset_version_unique UNIQUE (name, version)
);
CREATE INDEX dataset_newest ON dataset (created_at DESC, id DESC);
CREATE INDEX dataset_tree ON dataset (tree);
