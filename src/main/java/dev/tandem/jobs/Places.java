package dev.tandem.jobs;

import dev.tandem.jobs.Fleet.Offer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What is free on a machine, by the leases on it. */
@Component
class Places {

    private final JdbcClient sql;

    Places(JdbcClient sql) {
        this.sql = sql;
    }

    /** The GPUs that are free, perhaps none; nothing at all if all slots are in use. */
    Optional<List<String>> free(Offer offer) {
        return slotsInUse(offer.machine()) < offer.slots() ? Optional.of(freeGpus(offer)) : Optional.empty();
    }

    private long slotsInUse(String machine) {
        return sql.sql("SELECT count(*) FROM lease WHERE worker = :machine")
                .param("machine", machine)
                .query(Long.class)
                .single();
    }

    private List<String> freeGpus(Offer offer) {
        Set<String> taken = sql.sql("""
                SELECT unnest(a.gpus) FROM lease l JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch
                 WHERE l.worker = :machine
                """)
                .param("machine", offer.machine())
                .query((row, n) -> row.getString(1))
                .set();
        return offer.gpus().stream().filter(gpu -> !taken.contains(gpu)).toList();
    }
}
