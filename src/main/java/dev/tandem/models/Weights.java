package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The tensors of a checkpoint, in one file or in shards with an index. */
record Weights(Map<String, TensorInfo> tensors) {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    static Weights of(Path folder) {
        checkEveryFile(folder);
        if (Files.exists(folder.resolve(INDEX))) {
            return sharded(folder);
        }
        if (!Files.exists(folder.resolve(SINGLE))) {
            throw new InvalidSpec(
                    "files",
                    "missing_file",
                    "no weights: add %s, or the shards together with %s".formatted(SINGLE, INDEX));
        }
        return new Weights(SafetensorsHeader.read(folder.resolve(SINGLE)));
    }

    /** A file that is not part of the weights is kept too, so it must at least be whole. */
    private static void checkEveryFile(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.toString().endsWith(".safetensors")).sorted().forEach(SafetensorsHeader::read);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static Weights sharded(Path folder) {
        JsonNode map = JsonFile.read(folder.resolve(INDEX)).path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw new InvalidSpec("files", "invalid_index", INDEX + " has no weight_map that names tensors");
        }
        var shards = new TreeMap<String, Map<String, TensorInfo>>();
        var tensors = new LinkedHashMap<String, TensorInfo>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asString();
            TensorInfo tensor = shards.computeIfAbsent(shard, s -> shard(folder, s, entry.getKey()))
                    .get(entry.getKey());
            if (tensor == null) {
                throw new InvalidSpec(
                        "files",
                        "missing_tensor",
                        "%s says that tensor \"%s\" is in %s, which has no such tensor"
                                .formatted(INDEX, entry.getKey(), shard));
            }
            tensors.put(entry.getKey(), tensor);
        }
        return new Weights(tensors);
    }

    private static Map<String, TensorInfo> shard(Path folder, String shard, String tensor) {
        boolean plain = shard.matches("[^/\\\\]+\\.safetensors");
        if (!plain || !Files.exists(folder.resolve(shard))) {
            throw new InvalidSpec(
                    "files",
                    "missing_file",
                    "%s names the shard \"%s\" (for tensor \"%s\"), which is missing; add it"
                            .formatted(INDEX, shard, tensor));
        }
        return SafetensorsHeader.read(folder.resolve(shard));
    }

    @Nullable
    TensorInfo get(String name) {
        return tensors.get(name);
    }

    long parameters() {
        return tensors.values().stream().mapToLong(TensorInfo::elements).sum();
    }

    /** The type of most numbers, by its name in Transformers. */
    String dtype() {
        return tensors.values().stream()
                .collect(Collectors.groupingBy(TensorInfo::dtype, Collectors.summingLong(TensorInfo::elements)))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .map(entry -> switch (entry.getKey()) {
                    case "F64" -> "float64";
                    case "F32" -> "float32";
                    case "F16" -> "float16";
                    case "BF16" -> "bfloat16";
                    default ->
                        throw new InvalidSpec(
                                "files",
                                "unsupported_dtype",
                                "the weights are %s; only F32, F16, BF16 and F64 weights can be trained, so register the model before it was quantized"
                                        .formatted(entry.getKey()));
                })
                .orElseThrow(() -> new InvalidSpec("files", "missing_tensor", "the weights hold no tensor"));
    }
}
