package dev.tandem.jobs;

import dev.tandem.datasets.DatasetUse;
import dev.tandem.models.ModelUse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Keeps models and datasets that unfinished jobs need from being deleted. */
@Configuration(proxyBeanMethods = false)
class UnfinishedJobs {

    /** How many of the jobs a message names. */
    private static final int NAMED = 3;

    private static final String UNFINISHED = "status IN ('queued', 'starting', 'running', 'pausing', 'paused')";

    @Bean
    ModelUse modelsOfJobs(JdbcClient sql) {
        return model -> user(sql, "(model_id = :id OR adapter_id = :id)", model);
    }

    @Bean
    DatasetUse datasetsOfJobs(JdbcClient sql) {
        return dataset -> user(sql, "(dataset_id = :id OR eval_dataset_id = :id)", dataset);
    }

    private static Optional<String> user(JdbcClient sql, String uses, String id) {
        return sql.sql("""
                WITH users AS (SELECT id, status, created_at FROM job WHERE %s AND %s),
                     first AS (SELECT * FROM users ORDER BY created_at, id LIMIT %d)
                SELECT (SELECT count(*) FROM users),
                       (SELECT string_agg(format('%%s (%%s)', id, status), ', ' ORDER BY created_at, id) FROM first)
                """.formatted(uses, UNFINISHED, NAMED))
                .param("id", id)
                .query((row, n) -> words(row.getLong(1), row.getString(2)))
                .single();
    }

    private static Optional<String> words(long count, @Nullable String first) {
        if (first == null) {
            return Optional.empty();
        }
        String others = count > NAMED ? " and %d others".formatted(count - NAMED) : "";
        return Optional.of((count == 1 ? "job " : "jobs ") + first + others);
    }
}
