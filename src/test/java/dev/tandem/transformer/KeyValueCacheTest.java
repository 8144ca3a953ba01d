package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyValueCacheTest {

    private static final Path MODELS = Path.of("src/test/resources/golden/models");
    private static final int STEPS = 24; // thrice the window of mistral-tiny

    static List<String> models() throws Exception {
        try (Stream<Path> folders = Files.list(MODELS)) {
            return folders.map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** Three texts of different lengths; the second one is done halfway. */
    @ParameterizedTest
    @MethodSource("models")
    void everyStepHasTheLogitsOfTheWholeText(String model) {
        var random = new Random(3);
        int[][] texts = {ids(random, 3 + STEPS), ids(random, 11 + STEPS), ids(random, 1 + STEPS)};
        int[] ran = {3, 11, 1};
        try (Generator generator = Generator.open(MODELS.resolve(model), null);
                KeyValueCache cache = generator.newCache(3);
                Uncached uncached = Uncached.open(MODELS.resolve(model))) {
            List<int[]> fresh = List.of(part(texts[0], 0, 3), part(texts[1], 0, 11), part(texts[2], 0, 1));
            for (int step = 0; step < STEPS; step++) {
                List<Integer> open = step < STEPS / 2 ? List.of(0, 1, 2) : List.of(0, 2);
                float[][] cached = generator.lastLogits(cache, open, fresh);
                for (int row = 0; row < open.size(); row++) {
                    int text = open.get(row);
                    assertThat(cached[row])
                            .as("text %d, step %d", text, step)
                            .containsExactly(uncached.logits(part(texts[text], 0, ran[text])), within(5e-5f));
                }
                List<Integer> next = step + 1 < STEPS / 2 ? List.of(0, 1, 2) : List.of(0, 2);
                fresh = next.stream()
                        .map(text -> part(texts[text], ran[text], ++ran[text]))
                        .toList();
            }
        }
    }

    /** One pass over the whole text, as in training. */
    private record Uncached(NDManager manager, Kernels kernels, Decoder decoder) implements AutoCloseable {

        static Uncached open(Path folder) {
            NDManager manager = NDManager.newBaseManager("PyTorch");
            Kernels kernels = Kernels.load(manager);
            ModelConfig config = ModelConfig.read(folder);
            Weights weights = Weights.load(kernels.in(manager), config, folder, true);
            return new Uncached(manager, kernels, new Decoder(manager, config, weights));
        }

        float[] logits(int[] ids) {
            try (NDManager scratch = manager.newSubManager()) {
                Ops ops = kernels.in(scratch);
                Integer window = decoder.config().slidingWindow();
                PackedTokens tokens = PackedTokens.pack(scratch, List.of(TokenTree.sequence(ids)), window);
                NDArray hidden = decoder.hidden(ops, tokens, null);
                return new LmHead(decoder)
                        .logits(ops, hidden)
                        .get(ids.length - 1)
                        .toFloatArray();
            }
        }

        @Override
        public void close() {
            kernels.close();
            manager.close();
        }
    }

    private static int[] ids(Random random, int count) {
        return random.ints(count, 3, 500).toArray();
    }

    private static int[] part(int[] ids, int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }
}
