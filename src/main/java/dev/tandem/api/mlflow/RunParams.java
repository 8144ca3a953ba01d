package dev.tandem.api.mlflow;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobField;
import dev.tandem.spec.Form;
import dev.tandem.spec.Wire;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A run's params: what was asked for, every default filled in, under TRL's names and behind {@code lora.} PEFT's. */
final class RunParams {

    private static final String LORA = "lora.";

    /** The params that stand at the top of a request; all others are those of the training and the adapter. */
    private static final Set<String> TOP = Set.of("model", "dataset", "eval_dataset", "adapter", "method");

    private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]{1,40}([.][0-9]{0,40})?([eE][-+]?[0-9]{1,3})?");

    private RunParams() {}

    /** By name; what is not set is not among them. */
    static Map<String, String> of(Job job) {
        var params = new LinkedHashMap<String, String>();
        Map<String, @Nullable Object> request = Form.write(job.request());
        request.forEach((name, value) -> {
            if (TOP.contains(name)) {
                put(params, name, value);
            }
        });
        object(request.get("training")).forEach((name, value) -> put(params, name, value));
        object(request.get("lora")).forEach((name, value) -> put(params, LORA + name, value));
        return params;
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, @Nullable Object> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of();
    }

    private static void put(Map<String, String> params, String name, @Nullable Object value) {
        if (value != null) {
            params.put(name, text(value));
        }
    }

    /** As {@link JobField.Setting} has it. */
    private static String text(Object value) {
        return switch (value) {
            case Number number -> plain(new BigDecimal(number.toString()));
            case List<?> list ->
                list.stream().map(Wire.JSON::writeValueAsString).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map -> Wire.JSON.writeValueAsString(map);
            default -> value.toString();
        };
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    /** Where a param stands in the request. */
    static List<String> path(String key) {
        return TOP.contains(key)
                ? List.of(key)
                : key.startsWith(LORA) ? List.of("lora", key.substring(LORA.length())) : List.of("training", key);
    }

    /** A number can be written in many ways, and {@code 5e-07} is the one that Python writes. */
    static List<String> spellings(List<String> values) {
        return values.stream()
                .flatMap(value -> NUMBER.matcher(value).matches()
                        ? Stream.of(value, plain(new BigDecimal(value)))
                        : Stream.of(value))
                .toList();
    }
}
