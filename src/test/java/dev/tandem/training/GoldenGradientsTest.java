package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Decoder;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Safetensors;
import dev.tandem.transformer.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gradients of every parameter, against those that PyTorch's autograd took of Transformers' own forward pass. */
class GoldenGradientsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-untied-tiny",
                "llama-tied-tiny",
                "llama-rope3-tiny",
                "gpt2-tiny",
                "qwen2-tiny",
                "mistral-tiny",
                "gpt_neox-tiny",
                "qwen3-tiny",
                "gemma2-tiny",
                "gemma3_text-tiny",
                "phi3-tiny",
                "olmo2-tiny",
                "granite-tiny",
                "smollm3-tiny",
                "mixtral-tiny",
                "qwen3_moe-tiny"
            })
    void ofTheLikelihoodAreThoseOfTransformers(String model) throws Exception {
        Path folder = Path.of("src/test/resources/golden/models", model);
        JsonNode expected = new JsonMapper().readTree(Files.readAllBytes(folder.resolve("expected.json")));
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                NDManager scratch = manager.newSubManager()) {
            Kernels kernels = Kernels.load(manager);
            Ops ops = kernels.in(manager);
            ModelConfig config = ModelConfig.read(folder);
            Decoder decoder = new Decoder(manager, config, Weights.load(ops, config, folder, false));
            var policy = new Policy(
                    manager,
                    new LanguageModel(decoder, new LmHead(decoder), null),
                    decoder.weights().all());
            var learner = new Learner(policy, null, new Objective.Likelihood(), 0, false, kernels::in);
            MicroBatch batch = MicroBatch.of(rows(ops, folder), false);

            BatchResult result = learner.learn(scratch, batch, 1.0 / batch.predictions(), 0);

            assertThat((double) result.loss())
                    .isCloseTo(expected.get("mean_nll_rows_0_1").asDouble(), within(1e-4));
            Map<String, NDArray> gradients = policy.gradients(scratch);
            for (Map.Entry<String, JsonNode> parameter :
                    expected.get("gradients").properties()) {
                double wanted = parameter.getValue().get("l2").asDouble();
                assertThat(norm(gradients, parameter.getKey()))
                        .as(parameter.getKey())
                        .isCloseTo(wanted, within(1e-3 * wanted + 1e-6));
            }
        }
    }

    /** L2 norm of a gradient. Transformers keeps a layer's experts in two tensors, which checkpoints and we do not. */
    private static double norm(Map<String, NDArray> gradients, String name) {
        String pattern = Pattern.quote(name)
                .replace("mlp.", "\\E(mlp|block_sparse_moe)\\Q.")
                .replace("experts.gate_up_proj", "experts.\\E\\d+\\.(gate_proj|up_proj|w1|w3)\\.weight\\Q")
                .replace("experts.down_proj", "experts.\\E\\d+\\.(down_proj|w2)\\.weight\\Q");
        double[] norms = gradients.entrySet().stream()
                .filter(gradient -> gradient.getKey().matches(pattern))
                .mapToDouble(gradient -> gradient.getValue().norm().getFloat())
                .toArray();
        assertThat(norms).as(name).isNotEmpty();
        return Math.sqrt(DoubleStream.of(norms).map(norm -> norm * norm).sum());
    }

    /** Rows 0 and 1 of the fixture: one token of prompt, the others to be predicted. */
    private static List<TokenizedRow> rows(Ops ops, Path folder) {
        Safetensors tensors = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        NDArray ids = tensors.fp32(ops, "input_ids", false);
        NDArray mask = tensors.fp32(ops, "attention_mask", false);
        var rows = new ArrayList<TokenizedRow>();
        for (int row = 0; row < 2; row++) {
            float[] all = ids.get(row).toFloatArray();
            int length = (int) mask.get(row).sum().getFloat();
            int[] real = new int[length];
            Arrays.setAll(real, i -> (int) all[i]);
            rows.add(new TokenizedRow(row, Arrays.copyOf(real, 1), Arrays.copyOfRange(real, 1, length), null));
        }
        return rows;
    }
}
