CREATE TABLE api_key (
    id           text        PRIMARY KEY,
    project      text        NOT NULL REFERENCES project (name),
    name         text        NOT NULL,
    -- The beginning of the secret, to tell keys apart. Of the whole there is only its SHA-256, which for 256 random bits is enough.
    prefix       text        NOT NULL,
    hash         bytea       NOT NULL CONSTRAINT api_key_hash_unique UNIQUE CHECK (octet_length(hash) = 32),
    scopes       text[]      NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    CONSTRAINT known_scopes CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY ['read', 'submit', 'admin', 'metrics'])
);
CREATE INDEX api_key_newest ON api_key (project, created_at DESC, id DESC);

-- Who did what, when, from where, and how it ended. Nothing in it is ever changed.
CREATE TABLE audit (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL,
    project    text        NOT NULL,
    who        text        NOT NULL,
    action     text        NOT NULL,
    target     text        NOT NULL,
    address    text        NOT NULL,
    request_id text        NOT NULL,
    status     int         NOT NULL
);
CREATE INDEX audit_of_project ON audit (project, id DESC);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
