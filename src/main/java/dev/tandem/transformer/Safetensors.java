package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_INDEX;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FILE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_TENSOR;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** All tensors of a checkpoint folder, in one file or in shards with an index. */
public final class Safetensors {

    private final Map<String, Place> places;

    private record Place(SafetensorsFile file, StoredTensor tensor) {}

    private Safetensors(Map<String, Place> places) {
        this.places = Collections.unmodifiableMap(places);
    }

    /**
     * Opens {@code <stem>.safetensors}, or the shards that {@code <stem>.safetensors.index.json} names.
     *
     * @throws InvalidCheckpoint if neither is there, or one of them is broken
     */
    public static Safetensors open(Path folder, String stem) {
        Path single = folder.resolve(stem + ".safetensors");
        if (Files.exists(single)) {
            return ofFile(single);
        }
        Path index = folder.resolve(stem + ".safetensors.index.json");
        if (!Files.exists(index)) {
            throw new InvalidCheckpoint(
                    MISSING_FILE,
                    "no weights: add %s, or its shards together with %s; pickled weights are not read, convert them to safetensors"
                            .formatted(single.getFileName(), index.getFileName()));
        }
        return ofShards(folder, String.valueOf(index.getFileName()), ConfigJson.read(index));
    }

    public static Safetensors ofFile(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        var places = new LinkedHashMap<String, Place>();
        file.tensors().forEach((name, tensor) -> places.put(name, new Place(file, tensor)));
        return new Safetensors(places);
    }

    private static Safetensors ofShards(Path folder, String index, ConfigJson json) {
        Map<String, Path> files = filesOf(folder);
        var shards = new TreeMap<String, SafetensorsFile>();
        var places = new LinkedHashMap<String, Place>();
        for (Map.Entry<String, JsonNode> entry :
                json.object("weight_map").json().properties()) {
            String tensor = entry.getKey();
            String name = entry.getValue().stringValue("");
            Path path = files.get(name);
            if (path == null || !name.endsWith(".safetensors")) {
                throw new InvalidCheckpoint(
                        MISSING_FILE,
                        "%s names the shard \"%s\" (for tensor \"%s\"), which is missing; add it"
                                .formatted(index, name, tensor));
            }
            SafetensorsFile shard = shards.computeIfAbsent(name, s -> SafetensorsFile.open(path));
            StoredTensor stored = shard.tensors().get(tensor);
            if (stored == null) {
                throw new InvalidCheckpoint(
                        MISSING_TENSOR,
                        "%s says that tensor \"%s\" is in %s, which has no such tensor".formatted(index, tensor, name));
            }
            places.put(tensor, new Place(shard, stored));
        }
        if (places.isEmpty()) {
            throw new InvalidCheckpoint(INVALID_INDEX, index + " has no weight_map that names tensors");
        }
        return new Safetensors(places);
    }

    /** By name: a name from an index is looked up among them, so it can never lead out of the folder. */
    private static Map<String, Path> filesOf(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.collect(Collectors.toMap(file -> String.valueOf(file.getFileName()), file -> file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    public Set<String> names() {
        return places.keySet();
    }

    public boolean has(String name) {
        return places.containsKey(name);
    }

    public Shape shape(String name) {
        return place(name).tensor.shape();
    }

    List<StoredTensor> all() {
        return places.values().stream().map(Place::tensor).toList();
    }

    @Nullable
    StoredTensor find(String name) {
        Place place = places.get(name);
        return place == null ? null : place.tensor;
    }

    /** The tensor in the dtype in which it is stored, bfloat16 as fp32; over the mapped file where that can be. */
    NDArray map(Ops ops, String name) {
        Place place = place(name);
        return place.file.map(ops, place.tensor);
    }

    /**
     * The tensor in fp32.
     *
     * @param shared whether it may stay in the mapped file, if it is fp32 there: for what is only read
     */
    public NDArray fp32(Ops ops, String name, boolean shared) {
        NDArray stored = map(ops, name);
        boolean owned = place(name).tensor.dtype() == DataType.BFLOAT16;
        if (owned || shared && stored.getDataType() == DataType.FLOAT32) {
            return stored;
        }
        try (stored) {
            // DJL's toType to the same type is no copy, although it can be asked for one.
            return stored.getDataType() == DataType.FLOAT32
                    ? stored.duplicate()
                    : stored.toType(DataType.FLOAT32, true);
        }
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new InvalidCheckpoint(
                    MISSING_TENSOR, "no tensor \"%s\" among the %d stored".formatted(name, places.size()));
        }
        return place;
    }
}
