package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code "auto"} means, and that a recipe survives the way through a job. */
class RecipeTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            1,        1,  25
            5,        5,  20
            12,       8,  9
            33,       8,  4
            34,       8,  3
            600,      8,  3
            4000,     8,  3
            4001,    16,  3
            8333,    32,  3
            8334,    32,  2
            25000,   64,  1
            9000000, 256, 1
            """)
    void autoIsAFunctionOfTheRows(long rows, int batchSize, int epochs) {
        Recipe recipe = Recipe.of(MethodChoice.supervised(null), rows);
        assertThat(recipe).isEqualTo(new Recipe(batchSize, 1, epochs, null));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "6, 6, 1", "8, 8, 1", "12, 6, 2", "13, 1, 13", "14, 7, 2", "256, 8, 32"})
    void aBatchIsGatheredExactly(int batchSize, int microBatch, int steps) {
        Map<String, Object> training = new Recipe(batchSize, 1, 1, 0.1).training(Method.DPO);
        assertThat(training)
                .containsEntry("per_device_train_batch_size", microBatch)
                .containsEntry("gradient_accumulation_steps", steps);
    }

    @ParameterizedTest
    @CsvSource({"DPO, 1, 1e-6", "DPO, 1.8, 1.8e-6", "SFT, 0.1, 2e-6", "SFT, 3, 6e-5"})
    void whatWasAskedForIsWhatIsShown(Method method, double multiplier, double learningRate) {
        var asked = new Recipe(12, multiplier, 7, method == Method.DPO ? 0.25 : null);
        TrainingSpec training = TrainingSpec.read(asked.training(method));
        assertThat(training.learningRate()).isEqualTo(learningRate);
        assertThat(Recipe.of(method, training, 0)).isEqualTo(asked);
    }
}
