package dev.tandem.cli;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.TrlFields;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;

/**
 * What {@code training.json} says: the API's {@code training} object, alone or in an object with {@code training},
 * {@code lora} and {@code method}.
 *
 * @param withoutEffect fields of a pasted config that ask for something which has no effect here
 * @param method null if the file does not say
 */
record TrainingFile(
        TrainingSpec spec,
        List<String> withoutEffect,
        @Nullable LoraSpec lora,
        @Nullable Method method) {

    /** @throws InvalidSpec naming every field that is wrong, in all parts of the file */
    static TrainingFile read(Path file) throws IOException {
        Map<String, Object> settings = new LinkedHashMap<>(object("the file", parse(file)));
        var problems = new ArrayList<FieldProblem>();
        boolean whole = settings.containsKey("training");
        Object lora = settings.remove("lora");
        Object method = settings.remove("method");
        Object training = whole ? settings.remove("training") : settings;
        if (whole) {
            settings.keySet().forEach(key -> problems.add(stranger(key)));
        }
        TrainingSpec spec =
                collect(problems, TrainingSpec.DEFAULTS, () -> TrainingSpec.read(object("training", training)));
        LoraSpec loraSpec = lora == null
                ? null
                : collect(problems, LoraSpec.DEFAULTS, () -> Form.read(object("lora", lora), LoraSpec.DEFAULTS));
        Method named = method == null ? null : collect(problems, Method.DPO, () -> method(method));
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return new TrainingFile(spec, TrlFields.withoutEffect(object("training", training)), loraSpec, named);
    }

    private static <T> T collect(List<FieldProblem> problems, T fallback, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (InvalidSpec e) {
            problems.addAll(e.problems());
            return fallback;
        }
    }

    private static Object parse(Path file) throws IOException {
        try {
            Object json = Wire.JSON
                    .readerFor(Object.class)
                    .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .readValue(Files.readAllBytes(file));
            return json == null ? "null" : json;
        } catch (JacksonException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line %d, column %d"
                            .formatted(
                                    e.getLocation().getLineNr(), e.getLocation().getColumnNr());
            throw new InvalidSpec("", "invalid_json", "not valid JSON%s: %s".formatted(where, e.getOriginalMessage()));
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String name, @Nullable Object json) {
        if (json instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new InvalidSpec(name, "wrong_type", "%s must be a JSON object, was %s".formatted(name, json));
    }

    private static FieldProblem stranger(String key) {
        String message = "unknown field %s beside training; known are training, lora, method".formatted(key);
        return new FieldProblem(key, "unknown_field", message);
    }

    private static Method method(Object json) {
        for (Method method : Method.values()) {
            if (method.name().toLowerCase(Locale.ROOT).equals(json)) {
                return method;
            }
        }
        throw new InvalidSpec("method", "invalid_value", "method must be one of dpo, sft, was %s".formatted(json));
    }
}
