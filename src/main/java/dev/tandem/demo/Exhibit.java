package dev.tandem.demo;

import dev.tandem.spec.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.core.io.ClassPathResource;

/** What the demo brings along; {@code java -jar tandem.jar demo-model} makes it again. */
final class Exhibit {

    static final String MODEL = "tiny-reviews";
    static final String PAIRS = "review-preferences";
    static final String HELD_OUT = "review-preferences-held-out";

    static final List<String> MODEL_FILES = List.of(
            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

    private Exhibit() {}

    static ClassPathResource modelFile(String name) {
        return new ClassPathResource("dev/tandem/demo/model/" + name);
    }

    static ClassPathResource pairs() {
        return new ClassPathResource("dev/tandem/demo/preferences.jsonl");
    }

    static ClassPathResource heldOut() {
        return new ClassPathResource("dev/tandem/demo/preferences-held-out.jsonl");
    }

    /** Openings that no pair to train on has. */
    static List<String> heldOutPrompts() {
        try {
            return heldOut()
                    .getContentAsString(StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> Wire.JSON.readTree(line).path("prompt").stringValue())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the held-out pairs of the demo", e);
        }
    }
}
