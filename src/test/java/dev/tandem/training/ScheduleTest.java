package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

    @ParameterizedTest
    @ValueSource(strings = {"random", "sequential"})
    void anEpochVisitsEveryRowOnceAndStepsNeverSpanEpochs(String strategy) {
        var order = new DataOrder(
                spec(Map.of(
                        "train_sampling_strategy",
                        strategy,
                        "per_device_train_batch_size",
                        3,
                        "gradient_accumulation_steps",
                        2,
                        "num_train_epochs",
                        2)),
                13);
        assertThat(order.stepsPerEpoch()).isEqualTo(3);
        assertThat(order.totalSteps()).isEqualTo(6);
        for (int epoch = 0; epoch < 2; epoch++) {
            var seen = new ArrayList<Integer>();
            for (int step = 3 * epoch; step < 3 * epoch + 3; step++) {
                order.microBatchesOf(step).forEach(batch -> Arrays.stream(batch).forEach(seen::add));
            }
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 13).boxed().toList());
        }
        assertThat(order.epochsAfter(1)).isCloseTo(0.4, within(1e-12));
        assertThat(order.epochsAfter(3)).isEqualTo(1);
    }

    @Test
    void theSameSeedGivesTheSameOrderAndAnotherSeedOrEpochAnother() {
        List<int[]> first = epoch(1, 0);
        assertThat(epoch(1, 0)).usingRecursiveComparison().isEqualTo(first);
        assertThat(epoch(2, 0)).usingRecursiveComparison().isNotEqualTo(first);
        assertThat(epoch(1, 1)).usingRecursiveComparison().isNotEqualTo(first);
    }

    private static List<int[]> epoch(int seed, int epoch) {
        return new DataOrder(spec(Map.of("seed", seed, "per_device_train_batch_size", 50)), 50).microBatchesOf(epoch);
    }

    @Test
    void aShortLastBatchIsLeftOutOnlyWhenAskedTo() {
        var all = new DataOrder(spec(Map.of("per_device_train_batch_size", 4)), 10);
        var dropping = new DataOrder(spec(Map.of("per_device_train_batch_size", 4, "dataloader_drop_last", true)), 10);
        assertThat(all.stepsPerEpoch()).isEqualTo(3);
        assertThat(all.microBatchesOf(2).getFirst()).hasSize(2);
        assertThat(dropping.stepsPerEpoch()).isEqualTo(2);
    }

    @Test
    void ratesFollowTransformersSchedules() {
        assertThat(rates("linear", 4)).containsExactly(new double[] {0, 0.5, 1, 0.875, 0.75}, within(1e-12));
        assertThat(rates("cosine", 4))
                .containsExactly(new double[] {0, 0.5, 1, 0.9619397662556434, 0.8535533905932737}, within(1e-12));
        assertThat(rates("constant_with_warmup", 4)).containsExactly(new double[] {0, 0.5, 1, 1, 1}, within(1e-12));
    }

    /** The first steps of ten, with a warm-up of two. */
    private static double[] rates(String schedule, int last) {
        var rate = new LearningRate(
                spec(Map.of("lr_scheduler_type", schedule, "learning_rate", 1, "warmup_steps", 0.2)), 10);
        return IntStream.rangeClosed(0, last).mapToDouble(rate::at).toArray();
    }

    @Test
    void normsAndBiasesDoNotDecay() {
        assertThat(List.of(
                        "model.norm.weight",
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.0.self_attn.q_proj.bias",
                        "transformer.h.0.ln_1.weight",
                        "transformer.ln_f.weight"))
                .noneMatch(AdamW::decays);
        assertThat(List.of("model.layers.0.self_attn.q_proj.weight", "transformer.wte.weight", "lm_head.weight"))
                .allMatch(AdamW::decays);
    }

    private static TrainingSpec spec(Map<String, Object> training) {
        return TrainingSpec.read(new HashMap<>(training));
    }
}
