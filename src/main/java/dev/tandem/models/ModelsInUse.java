package dev.tandem.models;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Keeps models from being deleted while requests read them; a process that only waits for work does not. */
@Component
public class ModelsInUse implements ModelUse {

    private record User(String model, String words) {}

    private final Map<User, Integer> requests = new HashMap<>();

    /** Ends the use. */
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /** @param words who uses the models, as in {@code a request that scores with it} */
    public synchronized Use begin(String words, List<String> models) {
        models.forEach(model -> requests.merge(new User(model, words), 1, Integer::sum));
        return () -> end(words, models);
    }

    private synchronized void end(String words, List<String> models) {
        models.forEach(model -> requests.computeIfPresent(
                new User(model, words), (key, users) -> users == 1 ? null : (Integer) (users - 1)));
    }

    @Override
    public synchronized Optional<String> userOf(String modelId) {
        return requests.keySet().stream()
                .filter(user -> user.model().equals(modelId))
                .map(User::words)
                .findFirst();
    }
}
