package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When two runs are the same run. */
class RunIdentityTest {

    private static final RunIdentity PLAIN = of(Map.of(), origins("sha256:m", "sha256:e"));

    @Test
    void whatIsSubmittedTwiceIsTheSame() {
        assertThat(of(Map.of(), origins("sha256:m", "sha256:e")).digest())
                .isEqualTo(PLAIN.digest())
                .matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void aSettingThatIsWrittenOutIsTheSameAsItsDefault() {
        Map<String, Object> written = Map.of("beta", 0.1, "seed", 42, "loss_type", "sigmoid");
        assertThat(of(written, origins("sha256:m", "sha256:e")).digest()).isEqualTo(PLAIN.digest());
    }

    @Test
    void whatChangesTheResultChangesTheDigest() {
        assertThat(of(Map.of("beta", 0.2), origins("sha256:m", "sha256:e")).digest())
                .isNotEqualTo(PLAIN.digest());
        assertThat(of(Map.of("seed", 1), origins("sha256:m", "sha256:e")).digest())
                .isNotEqualTo(PLAIN.digest());
        assertThat(of(Map.of(), origins("sha256:other", "sha256:e")).digest()).isNotEqualTo(PLAIN.digest());
        RunIdentity sft =
                RunIdentity.of(Method.SFT, TrainingSpec.DEFAULTS, LoraSpec.DEFAULTS, origins("sha256:m", "sha256:e"));
        assertThat(sft.digest()).isNotEqualTo(PLAIN.digest());
    }

    @Test
    void whatChangesNoNumberDoesNotChangeTheDigest() {
        Map<String, Object> saves = Map.of("save_steps", 7, "save_total_limit", 2);
        assertThat(of(saves, origins("sha256:m", "sha256:e")).digest()).isEqualTo(PLAIN.digest());
        assertThat(of(Map.of(), origins("sha256:m", "sha256:other")).digest()).isEqualTo(PLAIN.digest());
    }

    @Test
    void theEvaluationSetCountsWhereItDecidesWhatIsBest() {
        Map<String, Object> best =
                Map.of("load_best_model_at_end", true, "eval_strategy", "steps", "eval_steps", 10, "save_steps", 10);
        assertThat(of(best, origins("sha256:m", "sha256:e")).digest())
                .isNotEqualTo(of(best, origins("sha256:m", "sha256:other")).digest());
    }

    @Test
    void differencesAreNamed() {
        RunIdentity other = of(Map.of("beta", 0.2, "learning_rate", 1e-7), origins("sha256:other", "sha256:e"));
        assertThat(PLAIN.differences(other))
                .containsExactly(
                        "model (\"sha256:m\" there, \"sha256:other\" here)",
                        "training.beta (0.1 there, 0.2 here)",
                        "training.learning_rate (1.0E-6 there, 1.0E-7 here)");
    }

    @Test
    void whatWasReadFromAFileIsTheSame() {
        RunIdentity read = Wire.JSON.readValue(Wire.JSON.writeValueAsString(PLAIN), RunIdentity.class);
        assertThat(read.differences(PLAIN)).isEmpty();
        assertThat(read.digest()).isEqualTo(PLAIN.digest());
    }

    @Test
    void aSettingThatALaterVersionAddsEndsNoRunUnderWay() {
        Map<String, @Nullable Object> parts = new HashMap<>(PLAIN.parts());
        @SuppressWarnings("unchecked")
        Map<String, @Nullable Object> training =
                new LinkedHashMap<>((Map<String, @Nullable Object>) parts.get("training"));
        training.remove("label_smoothing");
        parts.put("training", training);
        parts.put("numerics", 0);
        RunIdentity before = new RunIdentity(parts);

        assertThat(before.differences(PLAIN)).isEmpty();
        assertThat(before.differences(of(Map.of("label_smoothing", 0.1), origins("sha256:m", "sha256:e"))))
                .hasSize(1);
    }

    private static RunIdentity of(Map<String, Object> training, RunIdentity.Origins origins) {
        return RunIdentity.of(Method.DPO, TrainingSpec.read(training), LoraSpec.DEFAULTS, origins);
    }

    private static RunIdentity.Origins origins(String model, String evalDataset) {
        return new RunIdentity.Origins(model, null, rows("sha256:d"), rows(evalDataset));
    }

    private static RunIdentity.Rows rows(String digest) {
        return new RunIdentity.Rows(digest, DatasetFormat.AUTO, Map.of(), OnInvalid.REJECT);
    }
}
