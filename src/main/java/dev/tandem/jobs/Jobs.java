package dev.tandem.jobs;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** All jobs. */
interface Jobs extends Repository<Job, String> {

    Job saveAndFlush(Job job);

    Optional<Job> findById(String id);

    Optional<Job> findByProjectAndId(String project, String id);

    List<Job> findByIdIn(Collection<String> ids);

    @Query(nativeQuery = true, value = "SELECT * FROM job WHERE dedupe_key = :key AND project = :project")
    Optional<Job> findByDedupeKey(String project, String key);

    @Query(nativeQuery = true, value = """
            SELECT * FROM job
             WHERE dedupe_digest = :digest AND dedupe_key IS NULL AND project = :project
               AND created_at > clock_timestamp() - :ms * interval '1 millisecond'
             ORDER BY created_at DESC
             LIMIT 1
            """)
    Optional<Job> findWithoutKey(String project, String digest, long ms);

    /** Until the transaction ends nobody else makes a job of the same request. */
    @Query(
            nativeQuery = true,
            value = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(:digest, 0))) held")
    int lockRequest(String digest);

    /** Waits until no other transaction changes the job; what is read is what will be changed. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from Job j where j.id = :id")
    Optional<Job> lock(String id);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from Job j where j.project = :project and j.id = :id")
    Optional<Job> lock(String project, String id);

    /**
     * Locks the next job of a group until the transaction ends. A row that somebody holds is skipped, not waited for: two
     * schedulers never get the same job, and a job that is cancelled just now holds nobody up.
     */
    @Query(nativeQuery = true, value = """
            SELECT * FROM job
             WHERE status = 'queued' AND queue = :queue AND gpus = :gpus AND project = :project
               AND next_run_at <= clock_timestamp()
             ORDER BY priority DESC, created_at, id
             LIMIT 1
               FOR UPDATE SKIP LOCKED
            """)
    Optional<Job> lockNextWaiting(String queue, int gpus, String project);
}
