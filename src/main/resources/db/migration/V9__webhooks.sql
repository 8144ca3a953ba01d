-- Who is told when jobs end, and what became of each telling.
CREATE TABLE webhook_endpoint (
    id               text PRIMARY KEY,
    version          bigint      NOT NULL DEFAULT 0,
    project          text        NOT NULL DEFAULT 'default',
    name             text        NOT NULL,
    url              text        NOT NULL,
    event_types      jsonb       NOT NULL CHECK (jsonb_array_length(event_types) > 0),
    secret           text        NOT NULL,
    old_secret       text,
    old_secret_until timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT old_secret_has_an_end CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX webhook_endpoint_newest ON webhook_endpoint (project, created_at DESC, id DESC);

-- Written in the transaction of the job's end, so none is missed; sent from here until someone took it.
CREATE TABLE webhook_delivery (
    id              text PRIMARY KEY,
    endpoint_id     text        NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    event_id        text        NOT NULL,
    event_type      text        NOT NULL,
    subject         text        NOT NULL,
    body            text        NOT NULL,
    status          text        NOT NULL DEFAULT 'pending',
    attempts        int         NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    last_status     int,
    last_error      text,
    created_at      timestamptz NOT NULL,
    delivered_at    timestamptz,
    CONSTRAINT known_delivery_status CHECK (status IN ('pending', 'delivered', 'failed')),
    CONSTRAINT next_iff_pending CHECK ((next_attempt_at IS NOT NULL) = (status = 'pending')),
    CONSTRAINT delivered_has_a_time CHECK ((delivered_at IS NOT NULL) = (status = 'delivered')),
    CONSTRAINT told_once UNIQUE (endpoint_id, event_type, subject)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint_id, created_at DESC, id DESC);
