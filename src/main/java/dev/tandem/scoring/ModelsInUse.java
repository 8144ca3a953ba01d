package dev.tandem.scoring;

import dev.tandem.models.ModelUse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Keeps models from being deleted while they score; a process that only waits for work does not. */
@Component
class ModelsInUse implements ModelUse {

    private final Map<String, Integer> requests = new HashMap<>();

    /** Ends the use. */
    interface Use extends AutoCloseable {
        @Override
        void close();
    }

    synchronized Use begin(List<String> ids) {
        ids.forEach(id -> requests.merge(id, 1, Integer::sum));
        return () -> end(ids);
    }

    private synchronized void end(List<String> ids) {
        ids.forEach(id -> requests.computeIfPresent(id, (key, users) -> users == 1 ? null : (Integer) (users - 1)));
    }

    @Override
    public synchronized Optional<String> userOf(String modelId) {
        return requests.containsKey(modelId) ? Optional.of("a request that scores with it") : Optional.empty();
    }
}
