package dev.tandem.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class LossSettingsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"loss_type": "exo_pair"}                                   | label_smoothing must be greater than 0 for exo_pair, whose paper recommends 0.001, was 0.0
            {"loss_type": "robust", "label_smoothing": 0.5}             | label_smoothing must be less than 0.5 for robust and cdpo: at 0.5 the labels say nothing, was 0.5
            {"label_smoothing": 1}                                      | label_smoothing must be at least 0 and less than 1, was 1.0
            {"loss_type": ["sigmoid", "sft"], "loss_weights": [1]}      | loss_weights must have one weight for each of the losses sigmoid, sft, was [1.0]
            {"loss_type": []}                                           | loss_type must name at least one loss, was []
            {"loss_type": null}                                         | loss_type must not be null; leave it out for its default
            {"loss_type": "sigmod"}                                     | did you mean sigmoid?
            {"f_divergence_type": "kl"}                                 | f_divergence_type must be one of reverse_kl, forward_kl, js_divergence, alpha_divergence, was kl
            {"loss_type": ["hinge", "sft"], "use_weighting": true}      | use_weighting weighs each pair by itself, which hinge, sft cannot, nor can they in TRL; leave it out or choose another loss_type, was true
            {"ld_alpha": 1.5}                                           | ld_alpha must be from 0 to 1, or null for plain sums, was 1.5
            {"loss_type": "simpo", "ld_alpha": 0.5}                     | ld_alpha is not defined for simpo; leave it out, was 0.5
            {"loss_type": "nca_pair", "reference_free": true}           | reference_free cannot be with nca_pair, which compare one answer with the reference; choose a loss of the difference between two answers, such as sigmoid, was true
            {"reference_free": true, "f_divergence_type": "forward_kl"} | f_divergence_type must be reverse_kl with reference_free: without a reference nothing diverges, was forward_kl
            {"discopop_tau": 0}                                         | discopop_tau must be a finite number greater than 0, was 0.0
            {"loss_type": "simpo", "cpo_alpha": 0.5}                    | cpo_alpha weighs the likelihood term of cpo, and simpo has none; for CPO-SimPO use loss_type ["simpo", "sft"] with loss_weights [1, 0.5], was 0.5
            """)
    void whatContradictsItselfIsRefusedWithTheWayOut(String training, String message) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> read(training))
                .withMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"label_smoothing": 0.1}                                                | label_smoothing has no effect on sigmoid; loss_type cdpo is sigmoid with label smoothing
            {"label_smoothing": 0.1, "loss_type": ["hinge", "robust", "sft"]}       | label_smoothing has no effect on hinge; loss_type cdpo is sigmoid with label smoothing
            {"f_divergence_type": "js_divergence", "loss_type": ["aot", "sigmoid"]} | f_divergence_type has no effect on aot; only losses of reward differences and of single rewards have one
            {"f_alpha_divergence_coef": 0.7}                                        | f_alpha_divergence_coef has no effect on reverse_kl; set f_divergence_type alpha_divergence
            {"discopop_tau": 0.1}                                                   | discopop_tau has no effect on sigmoid; only discopop has it
            {"simpo_gamma": 1}                                                      | simpo_gamma has no effect on sigmoid; only simpo has it
            {"cpo_alpha": 0.1, "loss_type": "hinge"}                                | cpo_alpha has no effect on hinge; only cpo has it
            {"ld_alpha": 0.5, "loss_type": "sft"}                                   | ld_alpha has no effect on sft; it is a plain mean over tokens
            """)
    void whatTrlTakesAndIgnoresIsTakenAndTold(String training, String message) {
        assertThat(read(training).withoutEffect())
                .extracting(FieldProblem::message)
                .containsExactly(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"loss_type": ["robust", "sft"], "label_smoothing": 0.1, "loss_weights": [1, 0.5]}
            {"loss_type": "simpo", "cpo_alpha": 0.0, "simpo_gamma": 1.2}
            {"loss_type": "cpo", "cpo_alpha": 0.3, "label_smoothing": 0.1}
            {"loss_type": "sigmoid", "loss_weights": null, "label_smoothing": 0.0, "f_alpha_divergence_coef": 0.5, "ld_alpha": null, "discopop_tau": 0.05}
            {"loss_type": "discopop", "discopop_tau": 0.1, "f_divergence_type": "alpha_divergence", "f_alpha_divergence_coef": 0.2}
            """)
    void whatHasItsEffectNeedsNoWord(String training) {
        assertThat(read(training).withoutEffect()).isEmpty();
    }

    @Test
    void onlyLossesThatCompareNeedAReference() {
        assertThat(read("{\"loss_type\": [\"simpo\", \"sft\"]}").usesReference())
                .isFalse();
        assertThat(read("{\"loss_type\": [\"simpo\", \"sigmoid\"]}").usesReference())
                .isTrue();
        assertThat(read("{\"loss_type\": \"sft\"}").usesReference()).isTrue(); // TRL's rewards are against one
        assertThat(read("{\"reference_free\": true}").usesReference()).isFalse();
    }

    @SuppressWarnings("unchecked")
    private static TrainingSpec read(String json) {
        return TrainingSpec.read(new JsonMapper().readValue(json, Map.class));
    }
}
