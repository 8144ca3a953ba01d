package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transformers makes the embedding of the config's padding token a constant, also where a text uses that token. */
class FrozenTokenTest {

    private static final int PAD = 9;

    @TempDir
    Path temporary;

    @Test
    void thePaddingTokensEmbeddingGetsNoGradient() throws Exception {
        TinyRun tiny = TinyRun.of("sigmoid-full");
        float[] free = embeddingGradients(tiny.in(temporary, null));

        float[] frozen = embeddingGradients(tiny.withModel(padded(tiny.model())).in(temporary, null));

        int width = free.length / 512;
        for (int i = 0; i < free.length; i++) {
            boolean pad = i / width == PAD;
            assertThat(frozen[i]).as("entry %d", i).isEqualTo(pad ? 0 : free[i]);
        }
        assertThat(free[PAD * width]).isNotZero();
    }

    private static float[] embeddingGradients(TrainingRun run) {
        MicroBatch batch = MicroBatch.of(
                List.of(new TokenizedRow(1, new int[] {5, PAD, 6}, new int[] {7, 11}, new int[] {8, 4})), true);
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var reference = new Reference.Live(models.reference().apply(kernels.in(manager)));
            new Learner(models.policy(), reference, PreferenceObjective.of(run.spec()), 0, false, kernels::in)
                    .learn(manager, batch, 1, 0);
            NDArray gradient = models.policy().gradients(manager).get("model.embed_tokens.weight");
            return Objects.requireNonNull(gradient).toFloatArray();
        }
    }

    private Path padded(Path model) throws IOException {
        Path copy = Files.createDirectories(temporary.resolve("padded"));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path config = copy.resolve("config.json");
        String json = Files.readString(config).replaceAll("\"pad_token_id\": [^,\n]*", "\"pad_token_id\": " + PAD);
        Files.writeString(config, json);
        return copy;
    }
}
