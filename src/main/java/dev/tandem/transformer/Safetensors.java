package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All tensors of a checkpoint folder, in one file or in shards with an index. */
public final class Safetensors {

    private final Map<String, SafetensorsFile> fileOf;

    private Safetensors(Map<String, SafetensorsFile> fileOf) {
        this.fileOf = fileOf;
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
                    "neither %s nor %s in the checkpoint; pickle weights are not read, convert them to safetensors"
                            .formatted(single.getFileName(), index.getFileName()));
        }
        return ofShards(folder, ConfigJson.read(index).object("weight_map"));
    }

    public static Safetensors ofFile(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        var fileOf = new LinkedHashMap<String, SafetensorsFile>();
        tensors.names().forEach(name -> fileOf.put(name, tensors));
        return new Safetensors(fileOf);
    }

    private static Safetensors ofShards(Path folder, ConfigJson weightMap) {
        var shards = new TreeMap<String, SafetensorsFile>();
        var fileOf = new LinkedHashMap<String, SafetensorsFile>();
        weightMap.json().properties().forEach(entry -> {
            String shard = entry.getValue().asString();
            if (!Path.of(shard).equals(Path.of(shard).getFileName())) {
                throw new InvalidCheckpoint(
                        "the index names the shard \"%s\", which is not a plain file name".formatted(shard));
            }
            SafetensorsFile file = shards.computeIfAbsent(shard, s -> SafetensorsFile.open(folder.resolve(s)));
            if (!file.names().contains(entry.getKey())) {
                throw new InvalidCheckpoint("the index places tensor \"%s\" in %s, which does not hold it"
                        .formatted(entry.getKey(), shard));
            }
            fileOf.put(entry.getKey(), file);
        });
        return new Safetensors(fileOf);
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(fileOf.keySet());
    }

    public boolean has(String name) {
        return fileOf.containsKey(name);
    }

    public Shape shape(String name) {
        return file(name).shape(name);
    }

    /** The tensor in the dtype in which it is stored, bfloat16 as fp32; over the mapped file where that can be. */
    NDArray map(Ops ops, String name) {
        return file(name).map(ops, name);
    }

    /**
     * The tensor in fp32.
     *
     * @param shared whether it may stay in the mapped file, if it is fp32 there: for what is only read
     */
    public NDArray fp32(Ops ops, String name, boolean shared) {
        NDArray stored = map(ops, name);
        boolean owned = file(name).dtype(name) == DataType.BFLOAT16;
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

    /** @throws InvalidCheckpoint if the tensor is missing or has another shape */
    void require(String name, Shape shape) {
        if (!file(name).shape(name).equals(shape)) {
            throw new InvalidCheckpoint("tensor \"%s\" has shape %s where config.json makes it %s"
                    .formatted(name, file(name).shape(name), shape));
        }
        if (!file(name).dtype(name).isFloating()) {
            throw new InvalidCheckpoint("tensor \"%s\" holds %s where weights are needed"
                    .formatted(name, file(name).dtype(name)));
        }
    }

    private SafetensorsFile file(String name) {
        SafetensorsFile file = fileOf.get(name);
        if (file == null) {
            throw new InvalidCheckpoint(
                    "no tensor \"%s\" in the checkpoint (%d tensors)".formatted(name, fileOf.size()));
        }
        return file;
    }
}
