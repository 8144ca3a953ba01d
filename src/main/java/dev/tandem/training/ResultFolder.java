package dev.tandem.training;

import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a run leaves: a checkpoint that Transformers loads, or an adapter that PEFT loads. */
final class ResultFolder {

    /** Files that go with the weights; a tokenizer belongs to an adapter too, for its chat template may be new. */
    private static final Pattern TOKENIZER = Pattern.compile(
            "tokenizer.*|special_tokens_map\\.json|added_tokens\\.json|vocab\\.(json|txt)|merges\\.txt|chat_template\\..*");

    private static final Set<String> MODEL = Set.of("config.json", "generation_config.json");

    private ResultFolder() {}

    /**
     * Writes the weights in the dtype in which the base model stores its own.
     *
     * @throws IOException if the disk is full or the folder cannot be written
     */
    static void write(Path folder, TrainingRun run, LoadedModels models) throws IOException {
        LoraAdapter adapter = models.policy().model().adapter();
        ModelConfig config = models.policy().model().config();
        copy(run.model(), folder, adapter == null);
        if (adapter == null) {
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), models.policy().parameters(), config.dtype());
        } else {
            adapter.save(folder, run.modelName());
        }
    }

    /** The files of a whole checkpoint but its weights. */
    static void copyModel(Path from, Path to) throws IOException {
        copy(from, to, true);
    }

    /** A tokenizer that came with an adapter takes the place of the model's. */
    static void copyTokenizer(Path from, Path to) throws IOException {
        copy(from, to, false);
    }

    private static void copy(Path from, Path to, boolean withModel) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.sorted().toList()) {
                String name = String.valueOf(file.getFileName());
                if (TOKENIZER.matcher(name).matches() || withModel && MODEL.contains(name)) {
                    Files.copy(file, to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
