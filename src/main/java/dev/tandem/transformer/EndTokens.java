package dev.tandem.transformer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tokens that end a text: {@code eos_token_id} of {@code generation_config.json}, else of {@code config.json}. */
public final class EndTokens {

    private static final String FIELD = "eos_token_id";

    private EndTokens() {}

    /**
     * @return empty if neither file names one
     * @throws InvalidCheckpoint if a file cannot be read, or names something else than ids
     */
    public static Set<Integer> of(Path checkpoint) {
        Path generation = checkpoint.resolve("generation_config.json");
        if (Files.exists(generation)) {
            Set<Integer> ids = ids(ConfigJson.read(generation));
            if (!ids.isEmpty()) {
                return ids;
            }
        }
        return ids(ConfigJson.read(checkpoint.resolve("config.json")));
    }

    private static Set<Integer> ids(ConfigJson config) {
        var ids = new TreeSet<Integer>();
        JsonNode value = config.find(FIELD);
        if (value != null && value.isArray()) {
            value.forEach(each -> ids.add(id(config, each)));
        } else if (value != null) {
            ids.add(id(config, value));
        }
        return ids;
    }

    private static int id(ConfigJson config, @Nullable JsonNode value) {
        if (value == null || !value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw new InvalidCheckpoint(
                    InvalidCheckpoint.Rule.INVALID_VALUE,
                    "%s in %s must be a token id or a list of them, was %s".formatted(FIELD, config.file(), value));
        }
        return value.intValue();
    }
}
