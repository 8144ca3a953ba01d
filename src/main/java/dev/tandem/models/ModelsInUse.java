package dev.tandem.models;

import dev.tandem.spec.NotFound;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Mark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Keeps models from being deleted while requests read them, at whichever server of this home; a process that only waits
 * for work does not.
 */
@Component
public class ModelsInUse implements ModelUse {

    private record User(String model, String words) {}

    private final RegisteredModels models;
    private final TransactionOperations transaction;
    private final BlobStore blobs;
    private final Map<User, Integer> requests = new HashMap<>();

    ModelsInUse(RegisteredModels models, TransactionOperations transaction, BlobStore blobs) {
        this.models = models;
        this.transaction = transaction;
        this.blobs = blobs;
    }

    /** Ends the use. */
    public interface Use extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * From here on the models cannot be deleted.
     *
     * @param words who uses the models, as in {@code a request that scores with it}
     * @throws NotFound if one was deleted meanwhile
     */
    public Use begin(String words, List<String> ids) {
        var marks = new ArrayList<Mark>();
        count(words, ids, 1);
        Use use = () -> {
            count(words, ids, -1);
            marks.forEach(Mark::close);
        };
        boolean begun = false;
        try {
            ids.forEach(id -> marks.add(blobs.mark(id)));
            requireAll(ids); // after the marks: who deletes locks the row first and looks for marks then
            begun = true;
            return use;
        } finally {
            if (!begun) {
                use.close();
            }
        }
    }

    private synchronized void count(String words, List<String> ids, int more) {
        ids.forEach(id -> requests.merge(new User(id, words), more, ModelsInUse::sumOrNone));
    }

    private static @Nullable Integer sumOrNone(Integer users, Integer more) {
        return users + more == 0 ? null : (Integer) (users + more);
    }

    private void requireAll(List<String> ids) {
        transaction.executeWithoutResult(status -> ids.forEach(id -> {
            if (models.findByIdAndKeep(id).isEmpty()) {
                throw new NotFound("model", id);
            }
        }));
    }

    @Override
    public Optional<String> userOf(String modelId) {
        return here(modelId)
                .or(() -> blobs.isMarked(modelId) ? Optional.of("a request at another server") : Optional.empty());
    }

    private synchronized Optional<String> here(String modelId) {
        return requests.keySet().stream()
                .filter(user -> user.model().equals(modelId))
                .map(User::words)
                .findFirst();
    }
}
