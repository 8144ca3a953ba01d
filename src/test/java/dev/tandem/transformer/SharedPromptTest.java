package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.GoldenModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Completions that share their prompt, and whole batches, have the numbers of each sequence alone. */
class SharedPromptTest {

    /** Longer than the windows of the golden models. */
    private static final int[] PROMPT = IntStream.range(3, 24).toArray();

    private static final int[] CHOSEN = {40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51};
    private static final int[] REJECTED = {60, 61, 62, 63, 64, 65, 66};

    @TempDir
    Path folder;

    @AutoClose
    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @ParameterizedTest
    @MethodSource("dev.tandem.transformer.GoldenModelsTest#models")
    void inEveryFamily(Path model) {
        assertSame(model);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llama-untied-tiny|{\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 16}}",
                "mistral-tiny|{\"sliding_window\": 1}",
                "mistral-tiny|{\"sliding_window\": 25}",
                "qwen3-tiny|{\"use_sliding_window\": true, \"sliding_window\": 5, \"layer_types\": [\"full_attention\", \"sliding_attention\"]}",
                "gpt_neox-tiny|{\"use_parallel_residual\": false}",
                "gpt2-tiny|{\"scale_attn_by_inverse_layer_idx\": true}"
            })
    void withAnotherFeature(String model, String fields) throws IOException {
        assertSame(changed(model, fields));
    }

    private Path changed(String model, String fields) throws IOException {
        return GoldenModel.named(model)
                .withText("config.json", config -> {
                    var json = (ObjectNode) JsonMapper.shared().readTree(config);
                    return json.setAll((ObjectNode) JsonMapper.shared().readTree(fields))
                            .toString();
                })
                .writeTo(folder);
    }

    private void assertSame(Path model) {
        Ops ops = Kernels.load(manager).in(manager);
        ModelConfig config = ModelConfig.read(model);
        var decoder = new Decoder(manager, config, Weights.load(ops, config, model, true));
        var language = new LanguageModel(decoder, new LmHead(decoder), null);
        var pair = new TokenTree(PROMPT, List.of(CHOSEN, REJECTED));

        float[] shared =
                logps(language, ops, TokenTree.sequence(7, 8), pair, new TokenTree(new int[] {9}, List.of(CHOSEN)));

        float[] chosen = logps(language, ops, new TokenTree(PROMPT, List.of(CHOSEN)));
        float[] rejected = logps(language, ops, new TokenTree(PROMPT, List.of(REJECTED)));
        for (int i = 0; i < chosen.length; i++) {
            assertThat(shared[i]).isCloseTo(chosen[i], within(2e-5f));
        }
        for (int i = 0; i < rejected.length; i++) {
            assertThat(shared[chosen.length + i]).isCloseTo(rejected[i], within(2e-5f));
        }
    }

    private static float[] logps(LanguageModel model, Ops ops, TokenTree... trees) {
        return model.logps(ops, model.pack(ops, List.of(trees))).toFloatArray();
    }

    /** Transformers too turns every sequence of a batch by the length of its longest. */
    @Test
    void underDynamicScalingTheLongestSequenceOfABatchDecides() throws IOException {
        changed(
                "llama-untied-tiny",
                "{\"max_position_embeddings\": 16, \"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 4.0}}");
        Ops ops = Kernels.load(manager).in(manager);
        ModelConfig config = ModelConfig.read(folder);
        var decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
        var model = new LanguageModel(decoder, new LmHead(decoder), null);
        var rejectedAlone = new TokenTree(PROMPT, List.of(REJECTED));

        float[] shared = logps(model, ops, new TokenTree(PROMPT, List.of(CHOSEN, REJECTED)));
        float[] sameBatch = logps(model, ops, rejectedAlone, new TokenTree(PROMPT, List.of(CHOSEN)));
        float[] alone = logps(model, ops, rejectedAlone);

        assertThat(shared[CHOSEN.length + 6]).isCloseTo(sameBatch[6], within(2e-5f));
        assertThat(shared[CHOSEN.length + 6]).isNotCloseTo(alone[6], within(1e-3f));
    }

    /** TRL has a row for each side, so its routers see a prompt twice. */
    @ParameterizedTest
    @ValueSource(strings = {"mixtral-tiny", "qwen3_moe-tiny"})
    void theRoutersLossCountsASharedPromptForEachCompletion(String name) {
        Path model = Path.of("src/test/resources/golden/models", name);
        Ops ops = Kernels.load(manager).in(manager);
        ModelConfig config = ModelConfig.read(model);
        var decoder = new Decoder(manager, config, Weights.load(ops, config, model, true));
        var language = new LanguageModel(decoder, new LmHead(decoder), null);

        float shared = imbalance(language, ops, new TokenTree(PROMPT, List.of(CHOSEN, REJECTED)));
        float apart = imbalance(
                language,
                ops,
                TokenTree.sequence(joined(PROMPT, CHOSEN)),
                TokenTree.sequence(joined(PROMPT, REJECTED)));

        assertThat(shared).isCloseTo(apart, within(1e-5f));
    }

    private static float imbalance(LanguageModel model, Ops ops, TokenTree... trees) {
        NDArray loss =
                model.predict(ops, model.pack(ops, List.of(trees))).routing().imbalance(ops);
        return loss.getFloat();
    }

    private static int[] joined(int[] a, int[] b) {
        return IntStream.concat(IntStream.of(a), IntStream.of(b)).toArray();
    }
}
