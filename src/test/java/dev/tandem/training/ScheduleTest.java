package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScheduleTest {

    private static final JsonMapper JSON = new JsonMapper();

    @ParameterizedTest
    @ValueSource(strings = {"random", "sequential", "group_by_length"})
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
                new int[13]);
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

    @ParameterizedTest
    @ValueSource(strings = {"seed", "data_seed"})
    void aSeedGivesTheOrderThatItGivesInTransformers(String seed) throws Exception {
        for (JsonNode expected : golden("orders.json").get("orders")) {
            int rows = expected.get("rows").asInt();
            var order = new DataOrder(
                    spec(Map.of(
                            seed,
                            expected.get("seed").asInt(),
                            "num_train_epochs",
                            3,
                            "per_device_train_batch_size",
                            rows)),
                    new int[rows]);
            // Epochs out of their order, as a resumed run asks for them.
            for (int epoch = expected.get("epochs").size() - 1; epoch >= 0; epoch--) {
                int[] whole = ints(expected.get("epochs").get(epoch));
                assertThat(order.microBatchesOf(epoch).getFirst()).startsWith(whole);
            }
        }
    }

    @Test
    void rowsAreGroupedByLengthAsInTransformers() throws Exception {
        for (JsonNode expected : golden("orders.json").get("grouped")) {
            int[] lengths = ints(expected.get("lengths"));
            int batch = expected.get("batch").asInt();
            var order = new DataOrder(
                    spec(Map.of(
                            "train_sampling_strategy",
                            "group_by_length",
                            "seed",
                            expected.get("seed").asInt(),
                            "per_device_train_batch_size",
                            batch)),
                    lengths);
            int[] all = IntStream.range(0, order.stepsPerEpoch())
                    .boxed()
                    .flatMapToInt(
                            step -> Arrays.stream(order.microBatchesOf(step).getFirst()))
                    .toArray();
            assertThat(all).containsExactly(ints(expected.get("order")));
        }
    }

    @Test
    void aShortLastBatchIsLeftOutOnlyWhenAskedTo() {
        var all = new DataOrder(spec(Map.of("per_device_train_batch_size", 4)), new int[10]);
        Map<String, Object> drop = Map.of("per_device_train_batch_size", 4, "dataloader_drop_last", true);
        assertThat(all.stepsPerEpoch()).isEqualTo(3);
        assertThat(all.microBatchesOf(2).getFirst()).hasSize(2);
        assertThat(new DataOrder(spec(drop), new int[10]).stepsPerEpoch()).isEqualTo(2);
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> new DataOrder(spec(drop), new int[3]))
                .withMessageContaining("3 rows do not fill one batch");
    }

    static Stream<JsonNode> schedules() throws Exception {
        return golden("schedules.json").valueStream();
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void ratesAreThoseOfTransformers(JsonNode expected) {
        var training = new HashMap<String, Object>();
        for (String field : List.of("lr_scheduler_type", "learning_rate", "warmup_steps", "lr_scheduler_kwargs")) {
            training.put(field, JSON.convertValue(expected.get(field), Object.class));
        }
        JsonNode rates = expected.get("rates");
        var rate = new LearningRate(spec(training), expected.get("total_steps").asInt());
        for (int step = 0; step < rates.size(); step++) {
            double theirs = rates.get(step).asDouble();
            assertThat(rate.at(step)).as("step %d", step).isCloseTo(theirs, within(1e-12 * theirs + 1e-20));
        }
    }

    @Test
    void normsAndBiasesOfEveryFamilyDoNotDecay() throws Exception {
        int parameters = 0;
        for (Map.Entry<String, JsonNode> model : golden("decay.json").properties()) {
            for (Map.Entry<String, JsonNode> parameter : model.getValue().properties()) {
                assertThat(ParameterGroup.decays(parameter.getKey()))
                        .as("%s: %s", model.getKey(), parameter.getKey())
                        .isEqualTo(parameter.getValue().asBoolean());
                parameters++;
            }
        }
        assertThat(parameters).isGreaterThan(150);
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static JsonNode golden(String file) throws Exception {
        return JSON.readTree(Files.readAllBytes(Path.of("src/test/resources/golden/training-loop", file)));
    }

    private static TrainingSpec spec(Map<String, Object> training) {
        return TrainingSpec.read(new HashMap<>(training));
    }
}
