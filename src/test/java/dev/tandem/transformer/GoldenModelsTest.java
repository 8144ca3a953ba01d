package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what Transformers computes, see {@code golden/models}; limits as its README measures them. */
class GoldenModelsTest {

    private static final Path MODELS = Path.of("src/test/resources/golden/models");
    private static final double LIMIT = 1e-4;

    @AutoClose
    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-untied-tiny",
                "llama-tied-tiny",
                "llama-rope3-tiny",
                "llama-bf16-tiny",
                "gpt2-tiny",
                "qwen2-tiny",
                "mistral-tiny"
            })
    void logitsAndLogpsAreThoseOfTransformers(String model) throws Exception {
        Path folder = MODELS.resolve(model);
        check(folder);
        Path legacy = folder.resolve("config.legacy.json");
        if (Files.exists(legacy)) {
            assertThat(Families.read(ConfigJson.read(legacy))).isEqualTo(ModelConfig.read(folder));
        }
    }

    private void check(Path folder) {
        ModelConfig config = ModelConfig.read(folder);
        Ops ops = Kernels.load(manager).in(manager);
        Decoder decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
        LmHead head = new LmHead(decoder, 7);
        Safetensors expected = Safetensors.ofFile(folder.resolve("expected.safetensors"));
        NDArray ids = expected.map(ops, "input_ids"); // (B, T)
        NDArray mask = expected.map(ops, "attention_mask");
        NDArray logits = expected.map(ops, "logits"); // (B, T, V)
        NDArray logps = expected.map(ops, "token_logprobs"); // (B, T - 1)
        for (int row = 0; row < ids.getShape().get(0); row++) {
            int first = first(mask.get(row).toLongArray());
            int[] real = real(ids.get(row).toLongArray(), mask.get(row).toLongArray());
            NDArray hidden = decoder.hidden(ops, pack(config, new TokenTree(real, List.of(), first)), null);
            String rows = first + ":" + (first + real.length);
            assertThat(distance(head.logits(ops, hidden), logits.get(row).get(rows)))
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
