package dev.tandem.models;

import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.NativeQuery;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** All registered models. */
interface RegisteredModels extends Repository<RegisteredModel, String>, JpaSpecificationExecutor<RegisteredModel> {

    RegisteredModel saveAndFlush(RegisteredModel model);

    void delete(RegisteredModel model);

    Optional<RegisteredModel> findById(String id);

    Optional<RegisteredModel> findByJob(String job);

    List<RegisteredModel> findByParentModelAndKindOrderByCreatedAtAsc(String parentModel, ModelKind kind, Limit limit);

    boolean existsByProjectAndName(String project, String name);

    boolean existsByDigest(String digest);

    @Query("select m from RegisteredModel m where m.project = :project and (m.id = :idOrName or m.name = :idOrName)")
    Optional<RegisteredModel> find(String project, String idOrName);

    List<RegisteredModel> findByIdIn(Collection<String> ids);

    @Query("select distinct m.digest from RegisteredModel m")
    List<String> digests();

    @NativeQuery("select coalesce(sum(size_bytes), 0) from (select distinct digest, size_bytes from model) stored")
    long storedBytes();

    @Modifying
    @NativeQuery("update model set recipe = cast(:recipe as jsonb) where job = :job")
    int keepRecipe(String job, String recipe);

    /** Waits for whoever deletes it. */
    @Lock(LockModeType.PESSIMISTIC_READ)
    @Query("select m from RegisteredModel m where m.id = :id")
    Optional<RegisteredModel> findByIdAndKeep(String id);

    /** A job that is being submitted keeps its model from being deleted until the job can be seen. */
    @Lock(LockModeType.PESSIMISTIC_READ)
    @Query("select m from RegisteredModel m where m.project = :project and (m.id = :idOrName or m.name = :idOrName)")
    Optional<RegisteredModel> findAndKeep(String project, String idOrName);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select m from RegisteredModel m where m.project = :project and (m.id = :idOrName or m.name = :idOrName)")
    Optional<RegisteredModel> findAndLock(String project, String idOrName);

    /** Until the transaction ends nobody else adds or removes content of this digest. */
    @NativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:digest, 0))) held")
    int lockContent(String digest);
}
