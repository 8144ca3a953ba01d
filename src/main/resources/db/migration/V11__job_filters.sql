-- Lists of jobs are filtered by name and by label; a label that few jobs have must not cost a look at all of them.
CREATE INDEX job_name ON job (project, name, created_at DESC, id DESC);
CREATE INDEX job_labels ON job USING gin (labels jsonb_path_ops);
