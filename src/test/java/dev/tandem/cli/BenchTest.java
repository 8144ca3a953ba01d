package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Wire;
import dev.tandem.training.GoldenTrajectory;
import dev.tandem.training.Trainer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class BenchTest {

    @TempDir
    Path temporary;

    @Test
    void aRunIsMeasuredStepByStepAndLeavesNothingBehind() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("sigmoid-full");
        Path config = temporary.resolve("training.json");
        Files.writeString(config, Wire.JSON.writeValueAsString(Map.of("learning_rate", 1e-3, "beta", 0.1)));
        var out = new StringWriter();

        int exit = Cli.commands((run, monitor, output) -> new Trainer(run, monitor).train(output), false)
                .setOut(new PrintWriter(out, true))
                .execute(
                        "bench",
                        "--model=" + golden.model(),
                        "--data=" + golden.folder().resolve("dataset.jsonl"),
                        "--config=" + config,
                        "--steps=4",
                        "--warmup=2");

        assertThat(exit).isZero();
        assertThat(out.toString().lines()).hasSize(1);
        JsonNode line = Wire.JSON.readTree(out.toString());
        assertThat(line.get("steps").intValue()).isEqualTo(4);
        assertThat(line.get("first_loss").doubleValue()).isBetween(0.69, 0.70);
        assertThat(line.get("pairs_per_second").doubleValue()
                        * line.get("step_ms_median").doubleValue())
                .as("pairs of a step times 1000")
                .isBetween(3_000.0, 17_000.0);
        assertThat(line.get("share_of_matrix_product_speed").doubleValue()).isBetween(0.0, 1.0);
        assertThat(line.get("peak_rss_bytes").longValue()).isGreaterThan(100L << 20);
        assertThat(line.propertyNames())
                .contains("tokens_per_second", "flops_per_second", "matrix_product_flops_per_second", "last_loss");
    }
}
