package dev.tandem.transformer;

import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges a checkpoint just as loading it does, from its configs and the headers of its weights alone: no weight is read
 * and no native library is touched, so a service may ask.
 */
public final class CheckpointInspection {

    private CheckpointInspection() {}

    /** @throws InvalidCheckpoint naming everything found wrong */
    public static CheckpointFacts ofModel(Path folder) {
        ModelConfig config = ModelConfig.read(folder);
        checkEveryFile(folder);
        return facts(config, ModelTensors.open(folder, config).tensors());
    }

    /**
     * @param baseFolder the checkpoint that the adapter is for, found valid before
     * @throws InvalidCheckpoint naming everything found wrong
     */
    public static CheckpointFacts ofAdapter(Path adapterFolder, Path baseFolder) {
        ModelConfig base = ModelConfig.read(baseFolder);
        List<StoredTensor> tensors = LoraTensors.open(adapterFolder, base).tensors();
        checkEveryFile(adapterFolder);
        return facts(base, tensors);
    }

    /**
     * Judges settings for a new adapter.
     *
     * @param settings fields of PEFT's {@code LoraConfig}
     * @param dropping whether {@code lora_dropout} is to have an effect
     * @throws InvalidCheckpoint naming the setting that does not fit the model
     */
    public static void ofLora(Path modelFolder, Map<String, ? extends @Nullable Object> settings, boolean dropping) {
        LoraModules modules = LoraModules.of(LoraConfig.of(settings), ModelConfig.read(modelFolder), true);
        if (dropping) {
            modules.requireNoDropoutOnHead();
        }
    }

    /**
     * What an adapter is, in few words, if it is another one than these settings would make.
     *
     * @throws InvalidCheckpoint naming the setting that does not fit the model
     */
    public static Optional<String> contradiction(
            Path adapterFolder, Path modelFolder, Map<String, ? extends @Nullable Object> settings) {
        ModelConfig model = ModelConfig.read(modelFolder);
        LoraModules asked = LoraModules.of(LoraConfig.of(settings), model, true);
        LoraModules there = LoraModules.of(LoraConfig.read(adapterFolder), model, false);
        return asked.sameAs(there) ? Optional.empty() : Optional.of(there.summary());
    }

    /** The fields of {@code config.json} by which the model drops something in training, as {@code name = share}. */
    public static List<String> dropouts(Path modelFolder) {
        return ModelDropouts.of(ConfigJson.read(modelFolder.resolve("config.json")));
    }

    /** A file that is not part of the weights is kept too, so it must at least be whole. */
    private static void checkEveryFile(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .forEach(SafetensorsHeader::read);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static CheckpointFacts facts(ModelConfig config, List<StoredTensor> tensors) {
        Map<DataType, Long> numbers = tensors.stream()
                .collect(Collectors.groupingBy(StoredTensor::dtype, Collectors.summingLong(StoredTensor::elements)));
        DataType most = numbers.keySet().stream()
                .max(Comparator.comparing(dtype -> numbers.getOrDefault(dtype, 0L)))
                .orElseThrow();
        return new CheckpointFacts(
                config.modelType(),
                numbers.values().stream().mapToLong(Long::longValue).sum(),
                most.name().toLowerCase(Locale.ROOT),
                config.vocabSize(),
                config.contextLength());
    }
}
