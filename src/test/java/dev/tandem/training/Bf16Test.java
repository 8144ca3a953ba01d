package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrix products in bfloat16 have 8 bits of mantissa: runs stay near those in fp32, and are not the same. */
class Bf16Test {

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid-full", "lora-gpt2", "routed-mixtral"})
    void aRunStaysNearTheOneInFp32(String name) throws Exception {
        var single = new RecordedMetrics();
        new Trainer(TinyRun.of(name).in(temporary, null), single)
                .train(Files.createDirectories(temporary.resolve("fp32")));
        var half = new RecordedMetrics();
        new Trainer(TinyRun.of(name).with("bf16", true).in(temporary, null), half)
                .train(Files.createDirectories(temporary.resolve("bf16")));

        assertThat(half.train.keySet()).isEqualTo(single.train.keySet());
        half.train.forEach((step, metrics) -> {
            Map<String, Double> expected = single.train.getOrDefault(step, Map.of());
            assertThat(metrics.get("loss"))
                    .as("loss of step %d", step)
                    .isCloseTo(expected.getOrDefault("loss", Double.NaN), within(0.03));
            double logps = expected.getOrDefault("logps/chosen", Double.NaN);
            assertThat(metrics.get("logps/chosen"))
                    .as("logps of step %d", step)
                    .isCloseTo(logps, within(0.01 * Math.abs(logps)))
                    .isNotEqualTo(logps);
        });
    }

    @Test
    void anInterruptedRunGoesOnWithTheSameNumbers() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full").with("bf16", true).with("gradient_checkpointing", true);
        new Trainer(run.in(temporary, null), new RecordedMetrics())
                .train(Files.createDirectories(temporary.resolve("whole")));
        var halved = new RecordedMetrics();
        halved.pauseAfter = 7;
        var stopped = (Outcome.Stopped)
                new Trainer(run.in(temporary, null), halved).train(Files.createDirectories(temporary.resolve("first")));

        new Trainer(run.in(temporary, stopped.checkpoint()), new RecordedMetrics())
                .train(Files.createDirectories(temporary.resolve("second")));

        assertThat(temporary.resolve("second/model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("whole/model.safetensors"));
    }
}
