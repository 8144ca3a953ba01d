package dev.tandem.chaos;

import dev.tandem.training.GoldenTrajectory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the jobs of a chaos run train: a small real run of each sort. */
enum Kind {
    FULL("sigmoid-full"),
    LORA("lora-llama"),
    SYNCED_REFERENCE("sync-ref"),
    EVALUATED("odd-batches-and-eval");

    private final GoldenTrajectory golden;

    Kind(String trajectory) {
        this.golden = GoldenTrajectory.read(trajectory);
    }

    String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    Path model() {
        return golden.model();
    }

    Path dataset() {
        return golden.folder().resolve("dataset.jsonl");
    }

    Path evalDataset() {
        return golden.folder().resolve("eval_dataset.jsonl");
    }

    boolean evaluates() {
        return this == EVALUATED;
    }

    String weights() {
        return this == LORA ? "adapter_model.safetensors" : "model.safetensors";
    }

    /** As in {@code training} and {@code lora} of a request. */
    Map<String, Object> settings(int steps) {
        Map<String, Object> training = new LinkedHashMap<>(golden.training());
        training.put("max_steps", steps);
        training.put("logging_steps", 1);
        training.put("save_strategy", "steps");
        training.put("save_steps", 20);
        if (evaluates()) {
            training.put("eval_steps", 25);
        }
        if (this == FULL) {
            training.put("save_total_limit", 2);
        }
        var settings = new HashMap<String, Object>(Map.of("training", training));
        if (this == LORA) {
            settings.put(
                    "lora", Map.of("r", 4, "lora_alpha", 8, "target_modules", java.util.List.of("q_proj", "v_proj")));
        }
        return settings;
    }
}
