-- Which column of the file each field of a row is in, and which columns are no part of a row.
ALTER TABLE dataset
    ADD COLUMN columns         jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN ignored_columns jsonb NOT NULL DEFAULT '[]';
