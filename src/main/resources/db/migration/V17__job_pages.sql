-- Pages of jobs of one status, queue or method, newest first, however rare these are among all jobs.
CREATE INDEX job_by_status ON job (project, status, created_at DESC, id DESC);
CREATE INDEX job_by_queue ON job (project, queue, status, created_at DESC, id DESC);
CREATE INDEX job_by_method ON job (project, (spec ->> 'method'), created_at DESC, id DESC);
