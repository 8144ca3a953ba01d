package dev.tandem.training;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A golden run with some things changed. */
record TinyRun(
        GoldenTrajectory golden,
        Path model,
        Path data,
        Map<String, Object> training,
        Method method,
        @Nullable Path referenceCache) {

    static TinyRun of(String golden) {
        GoldenTrajectory trajectory = GoldenTrajectory.read(golden);
        return new TinyRun(
                trajectory,
                trajectory.model(),
                trajectory.folder().resolve("dataset.jsonl"),
                trajectory.training(),
                Method.DPO,
                null);
    }

    TinyRun with(String field, Object value) {
        var changed = new LinkedHashMap<>(training);
        changed.put(field, value);
        return new TinyRun(golden, model, data, changed, method, referenceCache);
    }

    TinyRun withModel(Path other) {
        return new TinyRun(golden, other, data, training, method, referenceCache);
    }

    TinyRun withData(Path other) {
        return new TinyRun(golden, model, other, training, method, referenceCache);
    }

    /** On the same rows with weights, one after the other from the start again. */
    TinyRun weighing(Path folder, double... weights) throws IOException {
        List<String> lines = Files.readAllLines(data);
        for (int i = 0; i < lines.size(); i++) {
            lines.set(i, lines.get(i).replaceFirst("^\\{", "{\"weight\": %s, ".formatted(weights[i % weights.length])));
        }
        return withData(Files.write(Files.createTempFile(folder, "weighted", ".jsonl"), lines));
    }

    TinyRun withMethod(Method other) {
        return new TinyRun(golden, model, data, training, other, referenceCache);
    }

    TinyRun withReferenceCache(Path folder) {
        return new TinyRun(golden, model, data, training, method, folder);
    }

    TrainingRun in(Path folder, @Nullable Path resumeFrom) {
        Path evalData = golden.folder().resolve("eval_dataset.jsonl");
        return new TrainingRun(
                method,
                TrainingSpec.read(training),
                null,
                model,
                "base",
                golden.hasAdapter() ? golden.folder().resolve("adapter_init") : null,
                source(data),
                Files.exists(evalData) ? source(evalData) : null,
                folder.resolve("checkpoints"),
                "1-",
                resumeFrom,
                referenceCache);
    }

    static DataSource source(Path file) {
        return new DataSource(file.toString(), DatasetFormat.AUTO, OnInvalid.REJECT, -1);
    }
}
