package dev.tandem.jobs;

import dev.tandem.datasets.DatasetUse;
import dev.tandem.models.ModelUse;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Keeps models and datasets that unfinished jobs need from being deleted. */
@Configuration(proxyBeanMethods = false)
class UnfinishedJobs {

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
        return sql.sql("SELECT format('job %s (%s)', id, status) FROM job WHERE " + uses + " AND " + UNFINISHED
                        + " LIMIT 1")
                .param("id", id)
                .query(String.class)
                .optional();
    }
}
