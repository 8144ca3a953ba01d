-- Tenants. Whatever has an id belongs to one of them; names are unique within it.
CREATE TABLE project (
    name       text        PRIMARY KEY CONSTRAINT project_name_rule CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    created_at timestamptz NOT NULL
);
INSERT INTO project (name, created_at) VALUES ('default', clock_timestamp());

ALTER TABLE model
    ADD COLUMN project text NOT NULL DEFAULT 'default' REFERENCES project (name),
    DROP CONSTRAINT model_name_unique,
    ADD CONSTRAINT model_name_unique UNIQUE (project, name);
DROP INDEX model_newest;
CREATE INDEX model_newest ON model (project, created_at DESC, id DESC);

ALTER TABLE dataset
    ADD COLUMN project text NOT NULL DEFAULT 'default' REFERENCES project (name),
    DROP CONSTRAINT dataset_version_unique,
    ADD CONSTRAINT dataset_version_unique UNIQUE (project, name, version);
DROP INDEX dataset_newest;
CREATE INDEX dataset_newest ON dataset (project, created_at DESC, id DESC);
ALTER TABLE dataset_gone ADD COLUMN project text NOT NULL DEFAULT 'default' REFERENCES project (name);

ALTER TABLE job ADD CONSTRAINT job_of_project FOREIGN KEY (project) REFERENCES project (name);
ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_of_project FOREIGN KEY (project) REFERENCES project (name);

-- A row whose writer forgot the project is an error, not the default project's.
ALTER TABLE model ALTER COLUMN project DROP DEFAULT;
ALTER TABLE dataset ALTER COLUMN project DROP DEFAULT;
ALTER TABLE dataset_gone ALTER COLUMN project DROP DEFAULT;
ALTER TABLE webhook_endpoint ALTER COLUMN project DROP DEFAULT;
