package dev.tandem.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Fields of TRL's {@code DPOConfig} and Transformers' {@code TrainingArguments} that are no fields here, so that a whole
 * config can be pasted. The table {@code trl-fields.txt} has for each: its neutral values, and either the word
 * {@code harmless}, when no value of it can change the trained numbers or what comes out, or why others are refused.
 */
public final class TrlFields {

    private static final Map<String, Row> TABLE = load();

    private TrlFields() {}

    /** @param refusal null if any value may stand there */
    private record Row(
            List<@Nullable Object> neutral, @Nullable String refusal) {}

    static boolean knows(String name) {
        return TABLE.containsKey(name);
    }

    /** Empty if the value changes nothing here. */
    static Optional<FieldProblem> problemOf(String name, @Nullable Object value) {
        Row row = TABLE.get(name);
        if (row == null || row.refusal() == null || isNeutral(row, value)) {
            return Optional.empty();
        }
        return Optional.of(new FieldProblem(
                name, "unsupported", "%s = %s is not supported; %s".formatted(name, value, row.refusal())));
    }

    /** Names of a config's fields that ask for something which has no effect here; at TRL's default they ask nothing. */
    public static List<String> withoutEffect(Map<?, ?> training) {
        return training.entrySet().stream()
                .filter(field -> {
                    Row row = TABLE.get(String.valueOf(field.getKey()));
                    return row != null && !isNeutral(row, field.getValue());
                })
                .map(field -> String.valueOf(field.getKey()))
                .toList();
    }

    private static boolean isNeutral(Row row, @Nullable Object value) {
        return row.neutral().stream()
                .anyMatch(neutral -> neutral instanceof Number a && value instanceof Number b
                        ? a.doubleValue() == b.doubleValue()
                        : Objects.equals(neutral, value));
    }

    private static Map<String, Row> load() {
        var table = new LinkedHashMap<String, Row>();
        try (InputStream file = TrlFields.class.getResourceAsStream("trl-fields.txt")) {
            if (file == null) {
                throw new IllegalStateException("trl-fields.txt is not on the class path");
            }
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" *\\| *", 3))
                    .forEach(row -> table.put(
                            row[0].strip(),
                            new Row(
                                    Arrays.asList(Wire.JSON.readValue(row[1], Object[].class)),
                                    row[2].equals("harmless") ? null : row[2])));
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read trl-fields.txt", e);
        }
    }
}
