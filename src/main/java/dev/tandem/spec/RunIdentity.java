package dev.tandem.spec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All that decides the result of a run: method, every setting with its default filled in (the seed among them), the
 * content of model, start adapter and data, how the data is read, and {@link #NUMERICS}. Left out is what changes no
 * number of the result: names, queue, labels, retries, {@code save_total_limit}; {@code save_steps} and
 * {@code save_strategy} unless the best checkpoint becomes the result; and the evaluation set unless a metric of it decides
 * which checkpoint is best.
 *
 * <p>Two runs with the same {@link #digest} give the same bytes on one kind of machine with one number of threads and as
 * much memory for a worker, by which passes are planned. A checkpoint carries the identity of its run and is good for no other.
 *
 * @param parts by name, as JSON
 */
public record RunIdentity(Map<String, @Nullable Object> parts) {

    /** Raised by every change of this program after which the same settings give other numbers. */
    public static final int NUMERICS = 3;

    private static final String ORIGINS = "origins";

    private static final JsonMapper SORTED = Wire.JSON
            .rebuild()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /**
     * A file of rows.
     *
     * @param digest of the file
     */
    public record Rows(
            String digest, DatasetFormat format, Map<String, @Nullable String> columns, OnInvalid onInvalid) {}

    /**
     * What goes into a run, by content.
     *
     * @param model digest of the folder of the model
     * @param adapter digest of the folder of the adapter to start from
     */
    public record Origins(
            String model,
            @Nullable String adapter,
            Rows dataset,
            @Nullable Rows evalDataset) {}

    /** @param origins null if nobody took the digests; the identity is then that of the settings alone */
    public static RunIdentity of(
            Method method, TrainingSpec training, @Nullable LoraSpec lora, @Nullable Origins origins) {
        var settings = new LinkedHashMap<String, @Nullable Object>(Form.write(training));
        settings.remove("save_total_limit");
        if (!training.loadBestModelAtEnd()) {
            settings.remove("save_steps");
            settings.remove("save_strategy");
        }
        var parts = new LinkedHashMap<String, @Nullable Object>();
        parts.put("numerics", NUMERICS);
        parts.put("method", method);
        parts.put("training", settings);
        parts.put("lora", lora == null ? null : Form.write(lora));
        if (origins != null) {
            boolean evalDecides = training.bestMetric() != null;
            parts.put(
                    ORIGINS,
                    evalDecides ? origins : new Origins(origins.model(), origins.adapter(), origins.dataset(), null));
        }
        return new RunIdentity(parts);
    }

    /** With one more part. */
    public RunIdentity with(String name, Object part) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(parts);
        more.put(name, part);
        return new RunIdentity(more);
    }

    /** SHA-256 of the parts as JSON with sorted names. */
    public String digest() {
        try {
            // As maps, whose names are sorted: a part may be a record here and a map where it was read from a file.
            Map<?, ?> plain = Wire.JSON.readValue(Wire.JSON.writeValueAsString(parts), Map.class);
            byte[] json = SORTED.writeValueAsString(plain).getBytes(StandardCharsets.UTF_8);
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Where this identity, read from a checkpoint, is not that of a run that wants to go on from it. A setting that this
     * version of the program added since is no difference while it has its default; nor is {@link #NUMERICS}, or an update
     * of the program would end every run under way. Where one of the two knows no origins, the settings decide alone.
     *
     * @return in words, one for each part
     */
    public List<String> differences(RunIdentity run) {
        boolean originsKnown = parts.containsKey(ORIGINS) && run.parts().containsKey(ORIGINS);
        Map<String, JsonNode> there = flat(originsKnown ? parts : withoutOrigins(parts));
        Map<String, JsonNode> here = flat(originsKnown ? run.parts() : withoutOrigins(run.parts()));
        Map<String, JsonNode> defaults =
                flat(Map.of("training", Form.write(TrainingSpec.DEFAULTS), "lora", Form.write(LoraSpec.DEFAULTS)));
        var names = new TreeMap<>(there);
        names.putAll(here);
        names.remove("numerics");
        var found = new ArrayList<String>();
        for (String name : names.keySet()) {
            JsonNode was = there.get(name);
            JsonNode is = here.get(name);
            boolean added = was == null && is != null && is.equals(defaults.get(name));
            if (!added && (was == null || !was.equals(is))) {
                found.add("%s (%s there, %s here)".formatted(name, inWords(was), inWords(is)));
            }
        }
        return found;
    }

    private static Map<String, @Nullable Object> withoutOrigins(Map<String, @Nullable Object> parts) {
        Map<String, @Nullable Object> settings = new LinkedHashMap<>(parts);
        settings.remove(ORIGINS);
        return settings;
    }

    private static String inWords(@Nullable JsonNode value) {
        return value == null ? "nothing" : value.toString();
    }

    private static Map<String, JsonNode> flat(Map<String, ?> parts) {
        var flat = new TreeMap<String, JsonNode>();
        // Through text, so that a number read from a file and one of this process are equal.
        JsonNode json = Wire.JSON.readTree(SORTED.writeValueAsString(parts));
        json.properties().forEach(part -> {
            if (part.getValue().isObject()) {
                String prefix = part.getKey().equals(ORIGINS) ? "" : part.getKey() + ".";
                part.getValue().properties().forEach(field -> flat.put(prefix + field.getKey(), field.getValue()));
            } else {
                flat.put(part.getKey(), part.getValue());
            }
        });
        return flat;
    }
}
