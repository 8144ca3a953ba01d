package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.MergedWeights;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.SafetensorsWriter;
import dev.tandem.transformer.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes one checkpoint of a model and an adapter: W + s B A in the place of W, and everything that trained beside it. */
public final class MergedModel {

    private MergedModel() {}

    /**
     * Writes the weights in the dtype in which the model stores its own.
     *
     * @param output an empty folder
     * @throws TrainingFailure if the model or the adapter cannot be used
     * @throws IOException if the disk is full or the folder cannot be written
     */
    public static void write(Path model, Path adapter, Path output) throws IOException {
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            Ops ops = kernels.in(manager);
            ModelConfig config = ModelConfig.read(model);
            Weights weights = Weights.load(ops, config, model, true);
            LoraAdapter loaded = LoraAdapter.load(ops, config, weights, adapter);
            ResultFolder.copyModel(model, output);
            ResultFolder.copyTokenizer(adapter, output);
            if (MergedWeights.splitsHead(loaded)) {
                untie(output.resolve("config.json"));
            }
            SafetensorsWriter.write(
                    output.resolve("model.safetensors"), MergedWeights.of(ops, weights, loaded), config.dtype());
        } catch (InvalidCheckpoint e) {
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        }
    }

    /** A head that was trained apart from the embedding needs a place of its own. */
    private static void untie(Path config) throws IOException {
        var json = new JsonMapper();
        var fields = (ObjectNode) json.readTree(config);
        fields.put("tie_word_embeddings", false);
        Files.writeString(config, json.writerWithDefaultPrettyPrinter().writeValueAsString(fields) + "\n");
    }
}
