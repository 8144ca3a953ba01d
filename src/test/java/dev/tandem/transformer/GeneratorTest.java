package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {

    private static final Path MODEL = Path.of("src/test/resources/golden/models/llama-tied-tiny");
    private static final Set<Integer> NEVER = Set.of();
    private static final int[] PROMPT = {7, 8, 9};
    private static final int[] OTHER = {40, 41, 42, 43, 44};

    @AutoClose
    private final Generator generator = Generator.open(MODEL, null);

    @Test
    void greedyTextIsTheLikeliestTokenOfEveryPosition() {
        int[] text =
                generate(List.of(PROMPT, OTHER), NEVER, Sampling.greedy(12)).get(0);
        assertThat(text).hasSize(12);
        int[] whole = Arrays.copyOf(PROMPT, PROMPT.length + text.length);
        System.arraycopy(text, 0, whole, PROMPT.length, text.length);
        assertThat(likeliestAfterEach(whole)).endsWith(Arrays.copyOf(text, 12));
    }

    @Test
    void theSameSeedSamplesTheSameText() {
        int[] once =
                generate(List.of(PROMPT), NEVER, new Sampling(20, 1, 0, 1, 5)).getFirst();
        assertThat(generate(List.of(PROMPT), NEVER, new Sampling(20, 1, 0, 1, 5))
                        .getFirst())
                .isEqualTo(once);
        assertThat(generate(List.of(PROMPT), NEVER, new Sampling(20, 1, 0, 1, 6))
                        .getFirst())
                .isNotEqualTo(once);
    }

    @Test
    void aTextDoesNotDependOnTheOthers() {
        var sampling = new Sampling(10, 1, 0, 1, 3);
        assertThat(generate(List.of(PROMPT, OTHER), NEVER, sampling).getFirst())
                .isEqualTo(generate(List.of(PROMPT), NEVER, sampling).getFirst());
    }

    @Test
    void aTextEndsBeforeItsEndToken() {
        int[] text = generate(List.of(PROMPT), NEVER, Sampling.greedy(12)).getFirst();
        int end = text[5];
        int first = Arrays.stream(text).boxed().toList().indexOf(end);
        assertThat(generate(List.of(PROMPT), Set.of(511, end), Sampling.greedy(12))
                        .getFirst())
                .isEqualTo(Arrays.copyOf(text, first));
    }

    @Test
    void aTextEndsWhereTheContextDoes() {
        int[] text =
                generate(List.of(PROMPT), NEVER, new Sampling(1000, 1, 0, 1, 1)).getFirst();
        assertThat(text).hasSize(generator.contextLength() - PROMPT.length);
    }

    @Test
    void aPromptThatLeavesNoRoomIsRefusedWithNumbers() {
        int[] full = new int[generator.contextLength()];
        assertThatThrownBy(() -> generate(List.of(PROMPT, full), NEVER, Sampling.greedy(1)))
                .hasMessage("a prompt must have from 1 to 127 tokens, was 128");
    }

    @Test
    void endTokensAreThoseOfTheGenerationConfigElseOfTheConfig(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\": 7}");
        assertThat(EndTokens.of(folder)).containsExactly(7);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [3, 5]}");
        assertThat(EndTokens.of(folder)).containsExactly(3, 5);
        Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": \"x\"}");
        assertThatThrownBy(() -> EndTokens.of(folder))
                .hasMessage("eos_token_id in generation_config.json must be a token id or a list of them, was \"x\"");
    }

    @Test
    void drawsFallWhereTheDistributionPutsThem() {
        float[] logits = {0, (float) Math.log(3)}; // 1/4 and 3/4
        assertThat(new Sampling(1, 1, 0, 1, 0).choose(logits, 0.24)).isZero();
        assertThat(new Sampling(1, 1, 0, 1, 0).choose(logits, 0.26)).isOne();
        assertThat(new Sampling(1, 0.5, 0, 1, 0).choose(logits, 0.11)).isOne(); // 1/10 and 9/10
        assertThatThrownBy(() -> new Sampling(1, Double.NaN, 0, 1, 0)).hasMessageContaining("temperature");
    }

    private List<int[]> generate(List<int[]> prompts, Set<Integer> ends, Sampling sampling) {
        return generator.generate(prompts, ends, sampling).stream()
                .map(Generator.Continuation::ids)
                .toList();
    }

    /** From one pass over the whole text. */
    private static int[] likeliestAfterEach(int[] ids) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            Ops ops = kernels.in(manager);
            ModelConfig config = ModelConfig.read(MODEL);
            var decoder = new Decoder(manager, config, Weights.load(ops, config, MODEL, true));
            var tokens = PackedTokens.pack(manager, List.of(TokenTree.sequence(ids)), null);
            NDArray logits = new LmHead(decoder).logits(ops, decoder.hidden(ops, tokens, null));
            long[] all = logits.argMax(1).toLongArray();
            // What the last token predicts is not part of the text.
            return Arrays.stream(all, 0, all.length - 1)
                    .mapToInt(id -> (int) id)
                    .toArray();
        }
    }
}
