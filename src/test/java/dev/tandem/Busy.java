package dev.tandem;

import dev.tandem.datasets.DatasetUse;
import dev.tandem.models.ModelUse;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.test.context.TestComponent;

/** Stands for an unfinished job that needs the things in {@link #ids}. */
@TestComponent
public class Busy implements ModelUse, DatasetUse {

    public final Set<String> ids = ConcurrentHashMap.newKeySet();

    @Override
    public Optional<String> userOf(String id) {
        return ids.contains(id) ? Optional.of("job job_1 (running)") : Optional.empty();
    }
}
