package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what Transformers computes, see {@code golden/models}; limits as its README measures them. */
class GoldenModelsTest {

    private static final Path MODELS = Path.of("src/test/resources/golden/models");
    private static final double LIMIT = 1e-4;

    @AutoClose
    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    static Stream<Path> models() throws IOException {
        try (Stream<Path> folders = Files.list(MODELS)) {
            return folders.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void bothSpellingsOfTheConfigGiveTheSameModel(Path folder) {
        Path legacy = folder.resolve("config.legacy.json");
        if (Files.exists(legacy)) {
            assertThat(Families.read(ConfigJson.read(legacy))).isEqualTo(ModelConfig.read(folder));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void statesLogitsAndLogpsAreThoseOfTransformers(Path folder) {
        ModelConfig config = ModelConfig.read(folder);
        Ops ops = Kernels.load(manager).in(manager);
        Decoder decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
        LmHead head = new LmHead(decoder, 7, 50 * config.hiddenSize());
        Safetensors expected = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        NDArray ids = expected.map(ops, "input_ids"); // (B, T)
        NDArray mask = expected.map(ops, "attention_mask");
        NDArray logits = expected.map(ops, "logits"); // (B, T, V)
        NDArray logps = expected.map(ops, "token_logprobs"); // (B, T - 1)
        NDArray states = expected.map(ops, "hidden_states"); // (layers + 1, B, T, C)
        for (int row = 0; row < ids.getShape().get(0); row++) {
            int first = first(mask.get(row).toLongArray());
            int[] real = real(ids.get(row).toLongArray(), mask.get(row).toLongArray());
            String rows = first + ":" + (first + real.length);
            List<NDArray> layers = decoder.states(ops, pack(config, new TokenTree(real, List.of(), first)));
            for (int layer = 0; layer < layers.size(); layer++) {
                assertThat(distance(
                                layers.get(layer), states.get(layer).get(row).get(rows)))
                        .isLessThan(LIMIT);
            }
            assertThat(distance(
                            head.logits(ops, layers.getLast()), logits.get(row).get(rows)))
                    .isLessThan(LIMIT);

            // The same sequence, split into a prompt and two completions that share it.
            int cut = real.length / 2;
            int[] completion = Arrays.copyOfRange(real, cut, real.length);
            var tree = new TokenTree(
                    Arrays.copyOf(real, cut), List.of(completion, new int[] {3, 4, 5, 6}, completion), first);
            PackedTokens packed = pack(config, tree);
            NDArray selected = ops.call("select", decoder.hidden(ops, packed, null), packed.predictors());
            NDArray branches = head.logps(ops, selected, packed.targets());
            NDArray wanted = logps.get(row).get((first + cut - 1) + ":" + (first + real.length - 1));
            assertThat(distance(branches.get("0:" + completion.length), wanted)).isLessThan(LIMIT);
            assertThat(distance(branches.get((completion.length + 4) + ":"), wanted))
                    .isLessThan(LIMIT);
            assertThat(distance(
                            head.statistics(ops, selected, packed.targets(), false)
                                    .rows()
                                    .get(0),
                            branches))
                    .isLessThan(1e-6);
        }
    }

    /** Limit of the README, where bfloat16 and fp32 differ by 0.12. */
    @Test
    void logitsOfMatrixProductsInBf16AreNearThoseOfTransformers() {
        Path folder = MODELS.resolve("llama-bf16-tiny");
        ModelConfig config = ModelConfig.read(folder);
        Ops ops = Kernels.load(manager, true).in(manager);
        Decoder decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
        Safetensors expected = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        int[] ids = real(
                expected.map(ops, "input_ids").get(0).toLongArray(),
                expected.map(ops, "attention_mask").get(0).toLongArray());

        NDArray hidden = decoder.hidden(ops, pack(config, new TokenTree(ids, List.of(), 0)), null);

        double distance = distance(
                new LmHead(decoder).logits(ops, hidden),
                expected.fp32(ops, "logits_native_bf16", true).get(0));
        assertThat(distance).isBetween(1e-3, 0.25);
    }

    @ParameterizedTest
    @MethodSource("models")
    void positionsMayCountFromTheFirstRealToken(Path folder) {
        ModelConfig config = ModelConfig.read(folder);
        Ops ops = Kernels.load(manager).in(manager);
        Decoder decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
        Safetensors expected = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        long[] mask = expected.map(ops, "attention_mask").get(2).toLongArray();
        int[] real = real(expected.map(ops, "input_ids").get(2).toLongArray(), mask);
        NDArray wanted = expected.map(ops, "left_logits_with_position_ids").reshape(mask.length, -1);

        NDArray hidden = decoder.hidden(ops, pack(config, new TokenTree(real, List.of(), 0)), null);

        assertThat(distance(new LmHead(decoder).logits(ops, hidden), wanted.get(first(mask) + ":")))
                .isLessThan(LIMIT);
    }

    private PackedTokens pack(ModelConfig config, TokenTree tree) {
        return PackedTokens.pack(manager, List.of(TokenTree.sequence(9, 8, 7), tree), config.slidingWindow());
    }

    private static double distance(NDArray a, NDArray b) {
        NDArray tail = a.getShape().get(0) > b.getShape().get(0)
                ? a.get((a.getShape().get(0) - b.getShape().get(0)) + ":")
                : a;
        assertThat(tail.getShape()).isEqualTo(b.getShape());
        return tail.sub(b).abs().max().getFloat();
    }

    private static int first(long[] mask) {
        int first = 0;
        while (mask[first] == 0) {
            first++;
        }
        return first;
    }

    private static int[] real(long[] ids, long[] mask) {
        var real = new ArrayList<Integer>();
        for (int i = 0; i < ids.length; i++) {
            if (mask[i] == 1) {
                real.add((int) ids[i]);
            }
        }
        return real.stream().mapToInt(Integer::intValue).toArray();
    }
}
