package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSpecTest {

    @Test
    void whatIsLeftOutHasTrlsDefault() {
        assertThat(Form.write(TrainingSpec.read(Map.of("beta", 0.2))))
                .containsEntry("beta", 0.2)
                .containsEntry("learning_rate", 1e-6)
                .containsEntry("per_device_train_batch_size", 8)
                .containsEntry("num_train_epochs", 3.0)
                .containsEntry("max_length", 1024)
                .containsEntry("lr_scheduler_type", "linear")
                .containsEntry("adam_beta1", 0.9)
                .containsEntry("logging_steps", 10.0)
                .containsEntry("loss_type", List.of("sigmoid"));
    }

    @Test
    void whatIsWrittenReadsBackAsTheSame() {
        TrainingSpec spec = TrainingSpec.read(Map.of("max_steps", 7, "warmup_steps", 0.1, "seed", 3));
        assertThat(TrainingSpec.read(Form.write(spec))).isEqualTo(spec);
    }

    @Test
    void everyWrongFieldIsNamedAtOnce() {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> TrainingSpec.read(Map.of(
                        "beta",
                        -1,
                        "learning_rate",
                        Double.NaN,
                        "per_device_train_batch_size",
                        0,
                        "lerning_rate",
                        1,
                        "seed",
                        "x")))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(FieldProblem::field)
                        .containsExactlyInAnyOrder(
                                "beta", "learning_rate", "per_device_train_batch_size", "lerning_rate", "seed"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            beta                        | 0         | beta must be a finite number greater than 0, was 0.0
            learning_rate               | NaN       | learning_rate must be a finite number, 0 or greater, was NaN
            per_device_train_batch_size | 0         | per_device_train_batch_size must be at least 1, was 0
            max_steps                   | 0         | max_steps must be greater than 0, or -1 to train num_train_epochs, was 0
            adam_beta1                  | 1         | adam_beta1 must be at least 0 and less than 1, was 1.0
            max_length                  | 1         | max_length must be at least 2 or null, was 1
            warmup_steps                | 1.5       | warmup_steps must be a whole number of steps or a share below 1, was 1.5
            logging_steps               | 2.5       | logging_steps must be a whole number of steps or a share of all steps below 1, was 2.5
            per_device_train_batch_size | 2.5       | per_device_train_batch_size must be a whole number, was 2.5
            max_steps                   | 1e99      | max_steps must be a whole number from -2147483648 to 2147483647, was 1.0E99
            """)
    void aNumberAgainstTheRulesIsRefusedWithRuleAndValue(String field, double value, String message) {
        assertRefused(field, value, "invalid_value", message);
    }

    @Test
    void aWrongTypeIsNotCoerced() {
        assertRefused("beta", "0.1", "wrong_type", "beta must be a number, was the text \"0.1\"");
        assertRefused("dataloader_drop_last", 1, "wrong_type", "dataloader_drop_last must be true or false, was 1");
        assertRefused(
                "loss_type",
                List.of(1),
                "wrong_type",
                "loss_type must be one of sigmoid, cdpo, hinge, ipo, exo_pair, nca_pair, robust, bco_pair, sppo_hard, aot, aot_unpaired, apo_zero, apo_down, discopop, sigmoid_norm, sft, simpo, cpo, orpo, was 1");
    }

    @Test
    void aMisspeltWordGetsASuggestion() {
        assertRefused(
                "lr_scheduler_type",
                "cosin",
                "invalid_value",
                "lr_scheduler_type must be one of linear, cosine, cosine_with_restarts, cosine_with_min_lr, cosine_warmup_with_min_lr, polynomial, constant, constant_with_warmup, inverse_sqrt, warmup_stable_decay, was cosin; did you mean cosine?");
        assertRefused("learning_rat", 1, "unknown_field", "unknown field learning_rat; did you mean learning_rate?");
    }

    @Test
    void anOptionOfTrlThatIsNotHereMayOnlyBeTurnedOff() {
        TrainingSpec.read(Map.of("fp16", false, "f_divergence_type", "reverse_kl"));
        assertRefused("fp16", true, "unsupported", "fp16 = true is not supported; set bf16 instead");
    }

    @Test
    void aReferenceThatNoLossAsksForCannotBePrepared() {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> TrainingSpec.read(Map.of("loss_type", "simpo", "precompute_ref_log_probs", true)))
                .withMessageContaining("precompute_ref_log_probs must be off where no loss has a reference");
    }

    private static void assertRefused(String field, Object value, String code, String message) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> TrainingSpec.read(Map.of(field, value)))
                .satisfies(e -> {
                    FieldProblem problem = e.problems().stream()
                            .filter(p -> p.field().equals(field))
                            .findFirst()
                            .orElseThrow();
                    assertThat(problem.message()).isEqualTo(message);
                    assertThat(List.of(problem.code(), "invalid_value")).contains(code);
                });
    }
}
