-- A running job may be asked to make room for another; its attempt then tells for which.
ALTER TABLE job
    ADD COLUMN stopping_for text,
    DROP CONSTRAINT known_desired,
    ADD CONSTRAINT known_desired CHECK (desired IN ('continue', 'pause', 'preempt', 'cancel')),
    ADD CONSTRAINT preempted_for_somebody CHECK (desired <> 'preempt' OR stopping_for IS NOT NULL),
    ADD CONSTRAINT stopping_is_asked CHECK (stopping_for IS NULL OR desired <> 'continue');

ALTER TABLE attempt
    ADD COLUMN preempted_for text,
    DROP CONSTRAINT known_outcome,
    ADD CONSTRAINT known_outcome CHECK (outcome IN
        ('succeeded', 'failed', 'crashed', 'lost', 'paused', 'preempted', 'cancelled', 'stopped')),
    ADD CONSTRAINT preempted_iff_for_somebody CHECK ((preempted_for IS NOT NULL) = (outcome IS NOT DISTINCT FROM 'preempted'));
-- Whom a slot was cleared for.
CREATE INDEX attempt_preempted ON attempt (preempted_for) WHERE preempted_for IS NOT NULL;
