package dev.tandem.models;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Judges a checkpoint by its config, its tokenizer and the headers of its weights; no weight is read. */
@Component
class HeaderInspection implements ModelInspection {

    /** More would only say the same again. */
    private static final int MOST_PROBLEMS = 20;

    @Override
    public ModelFacts inspect(Path folder) {
        CheckpointConfig config = CheckpointConfig.of(folder);
        Weights weights = Weights.of(folder);
        checkShapes(config, weights);
        TokenizerFile.check(folder, config.vocabSize());
        return new ModelFacts(
                config.modelType(), weights.parameters(), weights.dtype(), config.vocabSize(), config.contextLength());
    }

    @Override
    public ModelFacts inspectAdapter(Path folder, Path baseFolder, ModelFacts base) {
        Weights adapter = AdapterCheck.weights(folder, Weights.of(baseFolder));
        return new ModelFacts(
                base.architecture(), adapter.parameters(), adapter.dtype(), base.vocabSize(), base.contextLength());
    }

    private static void checkShapes(CheckpointConfig config, Weights weights) {
        String prefix = weights.get("wte.weight") == null ? "transformer." : "";
        var problems = new ArrayList<FieldProblem>();
        for (Map.Entry<String, long[]> expected :
                ExpectedTensors.of(config, prefix).entrySet()) {
            TensorInfo tensor = weights.get(expected.getKey());
            if (tensor == null) {
                problems.add(
                        missing(config, expected.getKey(), weights.tensors().size()));
            } else if (!tensor.hasShape(expected.getValue())) {
                problems.add(wrongShape(expected.getKey(), expected.getValue(), tensor));
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidSpec(shortened(problems));
        }
    }

    private static FieldProblem missing(CheckpointConfig config, String name, int tensors) {
        return new FieldProblem(
                "files",
                "missing_tensor",
                "no tensor \"%s\" among the %d of the weights; config.json (model_type %s) calls for it"
                        .formatted(name, tensors, config.modelType()));
    }

    private static FieldProblem wrongShape(String name, long[] expected, TensorInfo tensor) {
        return new FieldProblem(
                "files",
                "shape_mismatch",
                "tensor \"%s\" must have shape %s by config.json, was %s; are config and weights of one model?"
                        .formatted(name, Arrays.toString(expected), tensor.shape()));
    }

    private static List<FieldProblem> shortened(List<FieldProblem> problems) {
        return problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS));
    }
}
