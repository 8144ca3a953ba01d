package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.training.TrainingRun;
import dev.tandem.worker.Training;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command {@code train}, with scripted training. */
class TrainTest {

    @TempDir
    Path folder;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final List<TrainingRun> runs = new ArrayList<>();

    @BeforeEach
    void writeInputs() throws IOException {
        Files.createDirectory(folder.resolve("model"));
        Files.writeString(folder.resolve("model/config.json"), "{}");
        Files.writeString(folder.resolve("data.jsonl"), """
                {"prompt": "a", "chosen": "b", "rejected": "c"}
                {"prompt": "a", "chosen": "d", "rejected": "c"}
                """);
        Files.writeString(folder.resolve("training.json"), "{\"beta\": 0.25}");
    }

    private Outcome twoSteps(TrainingRun run, TrainingMonitor monitor, Path output) {
        runs.add(run);
        monitor.started(2, 0, 2, 0, "cpu");
        for (int step = 1; step <= 2; step++) {
            monitor.measured("train", step, Map.of("loss", 0.5, "rewards/accuracies", 1.0));
            monitor.proceed(step, 2, step / 2.0, null);
        }
        try {
            Files.writeString(output.resolve("config.json"), "{}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Outcome.Finished(2, "fine_tuned", Map.of("loss", 0.5));
    }

    private int run(Training training, String... more) {
        CommandLine commands =
                Cli.commands(training, false).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        Stream<String> usual = Stream.of(
                "train",
                "--model=" + folder.resolve("model"),
                "--data=" + folder.resolve("data.jsonl"),
                "--config=" + folder.resolve("training.json"),
                "--out=" + folder.resolve("out"));
        return commands.execute(Stream.concat(usual, Stream.of(more)).toArray(String[]::new));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theResultIsAFolderWithAModelCardAndMetrics() throws IOException {
        assertThat(run(this::twoSteps, "--metrics=" + folder.resolve("m.jsonl")))
                .isZero();

        assertThat(names()).containsExactly("data.jsonl", "m.jsonl", "model", "out", "training.json");
        assertThat(folder.resolve("out/config.json")).exists();
        assertThat(folder.resolve("out/README.md")).content().contains("| beta | 0.25 |", "sha256:");
        assertThat(Files.readAllLines(folder.resolve("m.jsonl")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("{\"split\":\"train\",\"step\":1,")
                .contains("\"loss\":0.5", "\"rewards/accuracies\":1.0");
        assertThat(out.toString()).contains("step 2/2: loss 0.5000, accuracy 1.00", "done after 2 steps");
        assertThat(runs.getFirst().data().rowsExpected()).isEqualTo(2);
    }

    @Test
    void theMethodOfTheCommandLineWins() throws IOException {
        Files.writeString(folder.resolve("training.json"), "{\"training\": {}, \"method\": \"dpo\"}");
        assertThat(run(this::twoSteps, "--method", "sft")).isZero();
        assertThat(runs.getFirst().method()).isEqualTo(Method.SFT);
    }

    @Test
    void anEmptyFolderMayBeTheResultAndAFullOneMayNot() throws IOException {
        Files.createDirectory(folder.resolve("out"));
        assertThat(run(this::twoSteps)).isZero();
        assertThat(run(this::twoSteps)).isEqualTo(2);
        assertThat(err.toString()).contains("--out must be a new or an empty folder");
    }

    @Test
    void aFailedRunLeavesNoResult() throws IOException {
        int exit = run((run, monitor, output) -> {
            twoSteps(run, monitor, output);
            throw new TrainingFailure(FailureKind.DIVERGED, "the loss is NaN at step 2");
        });
        assertThat(exit).isEqualTo(42);
        assertThat(err.toString()).isEqualToIgnoringNewLines("the loss is NaN at step 2");
        assertThat(names()).containsExactly("data.jsonl", "model", "training.json");
    }

    @Test
    void badLinesOfTheDataAreNamedBeforeAnythingIsTrained() throws IOException {
        Files.writeString(
                folder.resolve("data.jsonl"), "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n{oops\n");
        assertThat(run(this::twoSteps)).isEqualTo(42);
        assertThat(err.toString()).contains("line 2: ");
        assertThat(runs).isEmpty();
    }

    @Test
    void everyWrongSettingIsListed() throws IOException {
        Files.writeString(folder.resolve("training.json"), "{\"beta\": 0, \"lora\": {\"r\": -1}}");
        assertThat(run(this::twoSteps)).isEqualTo(2);
        assertThat(err.toString()).contains("beta must be", "r must be at least 1");
    }

    @Test
    void aMissingModelOrOptionIsNamed() {
        assertThat(run(this::twoSteps, "--adapter=" + folder.resolve("none"))).isEqualTo(2);
        assertThat(err.toString()).contains("--adapter must be a folder, was " + folder.resolve("none"));
        assertThat(Cli.commands(this::twoSteps, false)
                        .setErr(new PrintWriter(err, true))
                        .execute("train", "--model=x"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("'--data=FILE'", "'--config=FILE'", "'--out=DIR'");
    }

    @Test
    void aResumedRunAppendsItsMetrics() throws IOException {
        Path metrics = Files.writeString(folder.resolve("m.jsonl"), "{}\n");
        Path checkpoint = Files.createDirectory(folder.resolve("step-1"));
        assertThat(run(this::twoSteps, "--metrics=" + metrics, "--resume=" + checkpoint))
                .isZero();
        assertThat(Files.readAllLines(metrics)).hasSize(3);
        assertThat(runs.getFirst().resumeFrom()).isEqualTo(checkpoint);
    }
}
