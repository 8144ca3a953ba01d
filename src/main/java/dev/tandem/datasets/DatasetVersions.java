package dev.tandem.datasets;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** All versions of all datasets. */
interface DatasetVersions extends Repository<Dataset, String>, JpaSpecificationExecutor<Dataset> {

    /** By id, or the newest version by name. */
    String NEWEST = """
            select d from Dataset d
             where d.project = :project
               and (d.id = :idOrName
                    or d.name = :idOrName
                       and d.version = (select max(e.version) from Dataset e
                                         where e.project = :project and e.name = :idOrName))
            """;

    Dataset saveAndFlush(Dataset dataset);

    void delete(Dataset dataset);

    Optional<Dataset> findById(String id);

    boolean existsByTree(String tree);

    @Query("select distinct d.tree from Dataset d")
    List<String> trees();

    @NativeQuery("select coalesce(sum(size_bytes), 0) from (select distinct tree, size_bytes from dataset) stored")
    long storedBytes();

    List<Dataset> findByProjectAndNameAndDigestAndFormatAndOnInvalidOrderByVersionDesc(
            String project, String name, String digest, DatasetFormat format, OnInvalid onInvalid);

    @Query("select coalesce(max(d.version), 0) from Dataset d where d.project = :project and d.name = :name")
    int newestVersion(String project, String name);

    @Query(NEWEST)
    Optional<Dataset> find(String project, String idOrName);

    /** A job that is being submitted keeps its dataset from being deleted until the job can be seen. */
    @Lock(LockModeType.PESSIMISTIC_READ)
    @Query(NEWEST)
    Optional<Dataset> findAndKeep(String project, String idOrName);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query(NEWEST)
    Optional<Dataset> findAndLock(String project, String idOrName);

    @Modifying
    @NativeQuery("insert into dataset_gone (id, project, created_at) values (:id, :project, :createdAt)")
    int noteGone(String project, String id, Instant createdAt);

    @NativeQuery("select created_at from dataset_gone where id = :id and project = :project")
    Optional<Instant> createdAtOfGone(String project, String id);

    /** Until the transaction ends nobody else works under the same key: a digest, or a name that gets a new version. */
    @NativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:key, 0))) held")
    int lock(String key);
}
