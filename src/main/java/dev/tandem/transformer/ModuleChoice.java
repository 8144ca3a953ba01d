package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How PEFT's {@code target_modules} and {@code exclude_modules} choose modules of a model by their paths. */
sealed interface ModuleChoice {

    boolean chooses(String path);

    /** As {@code adapter_config.json} has it. */
    Object json();

    /** The whole path, or its end after a dot. */
    record Names(List<String> names) implements ModuleChoice {

        @Override
        public boolean chooses(String path) {
            return names.stream().anyMatch(name -> isEnd(name, path));
        }

        static boolean isEnd(String name, String path) {
            return path.equals(name) || path.endsWith("." + name);
        }

        @Override
        public Object json() {
            return names;
        }
    }

    /** The whole path matches. */
    record Regex(String text, ModulePattern pattern) implements ModuleChoice {

        @Override
        public boolean chooses(String path) {
            return pattern.matchesAll(path);
        }

        @Override
        public Object json() {
            return text;
        }
    }

    /** Every linear layer but the head; only a model can tell which those are. */
    record AllLinear() implements ModuleChoice {

        static final String WORD = "all-linear";

        @Override
        public boolean chooses(String path) {
            throw new IllegalStateException("all-linear stands for the names of a model's layers");
        }

        @Override
        public Object json() {
            return WORD;
        }
    }

    /** @return null where the field is absent */
    static @Nullable ModuleChoice read(ConfigJson config, String field) {
        JsonNode value = config.find(field);
        if (value == null) {
            return null;
        }
        if (value.isString()) {
            String text = value.stringValue();
            return text.toLowerCase(Locale.ROOT).equals(AllLinear.WORD) && field.equals("target_modules")
                    ? new AllLinear()
                    : new Regex(text, ModulePattern.of(field, text));
        }
        if (!value.isArray() || !value.values().stream().allMatch(JsonNode::isString)) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    field,
                    "%s in %s must be names of modules or a regular expression, was %s"
                            .formatted(field, config.file(), value));
        }
        List<String> names = value.values().stream().map(JsonNode::stringValue).toList();
        return names.isEmpty() ? null : new Names(names);
    }
}
