package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.LossType;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold of the losses whatever the numbers are. */
class LossPropertiesTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            sigmoid,      0,     0.693147
            cdpo,         0.2,   0.693147
            robust,       0.2,   0.693147
            hinge,        0,     1
            ipo,          0,     25
            exo_pair,     0.001, 2.761231
            nca_pair,     0,     1.386294
            bco_pair,     0,     1.386294
            sppo_hard,    0,     50
            aot,          0.1,   0.693147
            aot_unpaired, 0,     0.693147
            apo_zero,     0,     1
            apo_down,     0,     1
            discopop,     0,     0.846574
            sigmoid_norm, 0,     0.693147
            """)
    void beforeTheFirstStepALossHasItsOwnValue(String loss, double smoothing, double value) {
        Map<String, Object> training = Map.of("loss_type", loss, "label_smoothing", smoothing, "ld_alpha", 0.3);
        assertThat(initial(training)).hasValueCloseTo(value, within(1e-5));
    }

    @Test
    void theFirstValueOfSeveralLossesIsTheirWeightedSum() {
        assertThat(initial(Map.of("loss_type", List.of("ipo", "hinge"), "loss_weights", List.of(2, 0.5))))
                .hasValueCloseTo(50.5, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            loss_type,         sft
            loss_type,         simpo
            loss_type,         cpo
            loss_type,         orpo
            reference_free,    true
            use_weighting,     true
            """)
    void aFirstValueThatTheDataDecideRaisesNoAlarm(String field, String value) {
        assertThat(initial(Map.of(field, value.equals("true") ? Boolean.TRUE : value)))
                .isEmpty();
    }

    @Test
    void underAnFDivergenceTheFirstValueHoldsUnlessLengthsMakeADifference() {
        assertThat(initial(Map.of("f_divergence_type", "js_divergence"))).hasValueCloseTo(Math.log(2), within(1e-6));
        // β log σ(0) = −0.1 ln 2 on both sides
        assertThat(initial(Map.of("loss_type", "bco_pair", "f_divergence_type", "js_divergence")))
                .hasValueCloseTo(softplus(0.1 * Math.log(2)) + softplus(-0.1 * Math.log(2)), within(1e-6));
        assertThat(initial(Map.of("loss_type", "ipo", "f_divergence_type", "js_divergence")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "cdpo", "hinge", "exo_pair", "robust", "aot", "aot_unpaired", "discopop", "ipo"})
    void whatBothAnswersGainIsNoPreference(String loss) {
        TrainingSpec spec = spec(Map.of("loss_type", loss, "label_smoothing", 0.1));
        assertThat(LossProbe.ofPair(-3, -5, -4, -4.5).ask(spec).loss())
                .isCloseTo(LossProbe.ofPair(-1, -3, -4, -4.5).ask(spec).loss(), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down"})
    void whatBothAnswersGainMovesALossThatIsAnchoredInTheReference(String loss) {
        TrainingSpec spec = spec(Map.of("loss_type", loss));
        assertThat(Math.abs(LossProbe.ofPair(-3, -5, -4, -4.5).ask(spec).loss()
                        - LossProbe.ofPair(-1, -3, -4, -4.5).ask(spec).loss()))
                .isGreaterThan(1e-4);
    }

    @Test
    void aSwappedPairNegatesTheMarginAndCostsBetaTimesIt() {
        TrainingSpec spec = spec(Map.of("beta", 0.3));
        LossProbe.Answer pair = LossProbe.ofPair(-3, -5, -4, -4.5).ask(spec);
        LossProbe.Answer swapped = LossProbe.ofPair(-5, -3, -4.5, -4).ask(spec);
        assertThat(swapped.metrics().get("rewards/margins"))
                .isEqualTo(-pair.metrics().getOrDefault("rewards/margins", Double.NaN));
        assertThat(swapped.loss() - pair.loss()).isCloseTo(0.3 * 1.5, within(1e-6)); // L(−D) − L(D) = βD
    }

    @Test
    void identicalAnswersGiveLogTwoAndGradientsThatCancel() {
        LossProbe.Answer answer = LossProbe.ofPair(-3, -3, -4, -4).ask(spec(Map.of()));
        assertThat(answer.loss()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(answer.gradients()[0]).isEqualTo(-answer.gradients()[1]).isNotZero();
    }

    @Test
    void ldAlphaOneIsDpoAndZeroForgetsTheTail() {
        assertThat(longer(-7).ask(spec(Map.of("ld_alpha", 1))).loss())
                .isEqualTo(longer(-7).ask(spec(Map.of())).loss());
        TrainingSpec none = spec(Map.of("ld_alpha", 0));
        assertThat(longer(-7).ask(none).loss()).isEqualTo(longer(-2).ask(none).loss());
        assertThat(longer(-7).ask(none).gradients()).endsWith(0f, 0f);
    }

    @Test
    void theAlphaDivergenceTendsToTheReverseKl() {
        LossProbe pair = LossProbe.ofPair(-3, -5, -4, -4.5);
        double limit = pair.ask(spec(Map.of())).loss();
        assertThat(pair.ask(alpha(1.001)).loss()).isCloseTo(limit, within(2e-4));
        assertThat(pair.ask(alpha(1 + 1e-7)).loss()).isEqualTo(limit);
        assertThat(pair.ask(alpha(2)).loss()).isNotCloseTo(limit, within(1e-2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "ipo", "nca_pair", "sigmoid_norm", "sft", "orpo", "aot"})
    void theOrderOfThePairsChangesNothing(String loss) {
        TrainingSpec spec = spec(Map.of("loss_type", loss));
        assertThat(pairs(-2, -9, -5).ask(spec).loss())
                .isCloseTo(pairs(-5, -2, -9).ask(spec).loss(), within(1e-5));
    }

    /** Three answers whose rewards are 0, ln 2 and 2 ln 2: a better one wins 2 : 1 or 4 : 1, as Bradley and Terry say. */
    @Test
    void aTabularPolicyConvergesToTheReferenceTiltedByTheReward() {
        double beta = 0.5;
        double[] reference = {0.6, 0.3, 0.1};
        int[][] wins = {{1, 0}, {1, 0}, {0, 1}, {2, 1}, {2, 1}, {1, 2}, {2, 0}, {2, 0}, {2, 0}, {2, 0}, {0, 2}};
        double[] theta = DoubleStream.of(reference).map(Math::log).toArray();
        TrainingSpec spec = spec(Map.of("beta", beta));
        for (int i = 0; i < 500; i++) {
            double[] p = normalised(DoubleStream.of(theta).map(Math::exp).toArray());
            var probe = new LossProbe();
            for (int[] win : wins) {
                probe.add(1, 1, 1);
                for (int answer : win) {
                    probe.policy.add((float) Math.log(p[answer]));
                    probe.reference.add((float) Math.log(reference[answer]));
                }
            }
            float[] slopes = probe.ask(spec).gradients(); // d loss / d log p; the chain through softmax adds to 0
            for (int k = 0; k < slopes.length; k++) {
                theta[wins[k / 2][k % 2]] -= 5 * slopes[k];
            }
        }
        double[] tilted = new double[3];
        for (int answer = 0; answer < 3; answer++) {
            tilted[answer] = reference[answer] * Math.exp(answer * Math.log(2) / beta);
        }
        assertThat(normalised(DoubleStream.of(theta).map(Math::exp).toArray()))
                .containsExactly(normalised(tilted), within(1e-4));
    }

    private static double[] normalised(double[] weights) {
        double sum = DoubleStream.of(weights).sum();
        return DoubleStream.of(weights).map(w -> w / sum).toArray();
    }

    /** One pair whose rejected answer has two tokens more than its chosen one. */
    private static LossProbe longer(float tail) {
        var probe = new LossProbe();
        probe.add(1, 1, 3);
        for (float logp : new float[] {-1, -2, tail, tail}) {
            probe.policy.add(logp);
            probe.reference.add(-1.5f);
        }
        return probe;
    }

    private static LossProbe pairs(float... chosen) {
        var probe = new LossProbe();
        for (float logp : chosen) {
            probe.add(1, 1, 1);
            probe.policy.add(logp);
            probe.policy.add(-4f);
            probe.reference.add(-4.5f);
            probe.reference.add(-3f);
        }
        return probe;
    }

    private static double softplus(double x) {
        return Math.log1p(Math.exp(x));
    }

    private static TrainingSpec alpha(double coefficient) {
        return spec(Map.of("f_divergence_type", "alpha_divergence", "f_alpha_divergence_coef", coefficient));
    }

    private static OptionalDouble initial(Map<String, ?> training) {
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return PreferenceObjective.of(spec(training)).initialValue(manager);
        }
    }

    private static TrainingSpec spec(Map<String, ?> training) {
        var json = new HashMap<String, Object>(training);
        return TrainingSpec.read(json);
    }

    @ParameterizedTest
    @EnumSource
    void garbageThatJavaCollectsBeforeTheBackwardPassChangesNoGradient(LossType loss) {
        boolean smoothed =
                List.of(LossType.CDPO, LossType.ROBUST, LossType.EXO_PAIR).contains(loss);
        TrainingSpec spec = TrainingSpec.read(
                Map.of("loss_type", Wire.JSON.convertValue(loss, String.class), "label_smoothing", smoothed ? 0.2 : 0));
        LossProbe probe = LossProbe.ofPair(-1.5, -2.25, -1.75, -2);

        float[] undisturbed = probe.ask(spec).gradients();
        float[] afterwards = probe.ask(spec, Garbage::collect).gradients();

        assertThat(afterwards).containsExactly(undisturbed);
    }
}
