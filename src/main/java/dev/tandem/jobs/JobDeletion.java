package dev.tandem.jobs;

import dev.tandem.home.TandemHome;
import dev.tandem.home.Trash;
import dev.tandem.models.ModelRegistry;
import dev.tandem.security.Project;
import dev.tandem.spec.Form;
import dev.tandem.spec.NotFound;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Deletes a job that is over, with its history and all that it left but the model it made. */
@Service
public class JobDeletion {

    private final Jobs jobs;
    private final JdbcClient sql;
    private final ModelRegistry models;
    private final TandemHome home;
    private final Trash trash;

    JobDeletion(Jobs jobs, JdbcClient sql, ModelRegistry models, TandemHome home, Trash trash) {
        this.jobs = jobs;
        this.sql = sql;
        this.models = models;
        this.home = home;
        this.trash = trash;
    }

    /**
     * @throws NotFound if the project has no such job
     * @throws IllegalTransition if it is not over
     */
    @Transactional
    public void delete(Project project, String id) {
        delete(jobs.lock(project.name(), id).orElseThrow(() -> new NotFound("job", id)));
    }

    /** Whosever the job is; for those who act for nobody. */
    @Transactional
    public void delete(String id) {
        delete(jobs.lock(id).orElseThrow(() -> new NotFound("job", id)));
    }

    private void delete(Job job) {
        String id = job.id();
        if (!job.status().isFinal()) {
            throw new IllegalTransition(id, job.status(), "be deleted before it is over; cancel it first");
        }
        models.keepRecipe(id, recipe(job));
        for (String table : List.of("metric", "event", "checkpoint", "lease", "attempt")) {
            sql.sql("DELETE FROM " + table + " WHERE job_id = :id")
                    .param("id", id)
                    .update();
        }
        sql.sql("DELETE FROM job WHERE id = :id").param("id", id).update();
        // Rows first: what a crash leaves here has none, so a clearing finds it.
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                List<Path> left = List.of(
                        home.checkpoints(id),
                        home.workers().resolve(id),
                        home.logs().resolve(id));
                left.forEach(trash::take);
                trash.empty();
            }
        });
    }

    /** The request, with the adapter by its id: its name may be another's by now. */
    private static Map<String, @Nullable Object> recipe(Job job) {
        var recipe = new LinkedHashMap<String, @Nullable Object>(Form.write(job.request()));
        recipe.put("adapter", job.adapterId());
        return recipe;
    }
}
