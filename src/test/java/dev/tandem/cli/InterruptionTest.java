package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptionTest {

    @TempDir
    Path folder;

    @Test
    void ctrlCWritesACheckpointSaysHowToGoOnAndLeavesNoHalfResult() throws Exception {
        Process train = launch();
        List<String> told;
        try (BufferedReader out = train.inputReader()) {
            while (!out.readLine().startsWith("step 5/")) {
                assertThat(train.isAlive()).isTrue();
            }
            new ProcessBuilder("kill", "-INT", String.valueOf(train.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            told = out.lines().toList();
        }
        assertThat(train.waitFor()).isEqualTo(130);
        assertThat(told.getLast()).contains("stopped at step ", "--resume " + folder.resolve("out-checkpoints"));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model", "data.jsonl", "training.json");
        }
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ScriptedTrain.class.getName(),
                        "train",
                        "--model=" + Files.createDirectory(folder.resolve("model")),
                        "--data="
                                + Files.writeString(
                                        folder.resolve("data.jsonl"),
                                        "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n"),
                        "--config=" + Files.writeString(folder.resolve("training.json"), "{}"),
                        "--out=" + folder.resolve("out"))
                .redirectErrorStream(true)
                .start();
    }
}
