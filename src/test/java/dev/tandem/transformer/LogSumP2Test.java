package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What WPO weighs pairs by, against the logits themselves. */
class LogSumP2Test {

    private static final Path MODEL = Path.of("src/test/resources/golden/models/llama-untied-tiny");

    @Test
    void isTheLogarithmOfTheSumOfSquaredProbabilitiesWhateverTheChunks() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Ops ops = Kernels.load(manager).in(manager);
            ModelConfig config = ModelConfig.read(MODEL);
            var decoder = new Decoder(manager, config, Weights.load(ops, config, MODEL, true));
            NDArray hidden =
                    manager.randomNormal(new Shape(10, config.hiddenSize())).mul(10);
            NDArray targets = manager.create(new long[10]);
            var head = new LmHead(decoder, 4, 20 * config.hiddenSize());

            LmHead.Statistics asked = head.statistics(ops, hidden, targets, true);

            NDArray expected = head.logits(ops, hidden)
                    .softmax(-1)
                    .square()
                    .sum(new int[] {-1})
                    .log();
            assertThat(Objects.requireNonNull(asked.logSumP2())
                            .sub(expected)
                            .abs()
                            .max()
                            .getFloat())
                    .isCloseTo(0f, within(1e-5f));
            LmHead.Statistics plain = head.statistics(ops, hidden, targets, false);
            assertThat(plain.logSumP2()).isNull();
            assertThat(plain.rows()).isEqualTo(asked.rows().get("0:4"));
        }
    }
}
