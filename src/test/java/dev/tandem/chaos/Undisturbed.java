package dev.tandem.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * The same run without a server and without a fault: what {@code tandem train} makes of it.
 *
 * @param sha256 of the weights
 * @param metrics by split and step, without what depends on time
 */
record Undisturbed(String sha256, Map<String, Map<String, String>> metrics) {

    private static final List<String> OF_TIME =
            List.of("split", "step", "pairs_per_second", "tokens_per_second", "step_seconds", "flops_per_second");

    static Undisturbed of(Kind kind, int steps, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path metrics = folder.resolve("metrics.jsonl");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ServerProcess.classPath(),
                "dev.tandem.Tandem",
                "train",
                "--model=" + kind.model(),
                "--data=" + kind.dataset(),
                "--config="
                        + Files.write(
                                folder.resolve("training.json"), Wire.JSON.writeValueAsBytes(kind.settings(steps))),
                "--out=" + folder.resolve("out"),
                "--metrics=" + metrics));
        if (kind.evaluates()) {
            command.add("--eval-data=" + kind.evalDataset());
        }
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().putAll(Map.of("OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "PASSIVE"));
        Process train = builder.start();
        assertThat(train.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(train.exitValue())
                .as(Files.readString(folder.resolve("log")))
                .isZero();
        return new Undisturbed(sha256(folder.resolve("out").resolve(kind.weights())), read(metrics));
    }

    private static Map<String, Map<String, String>> read(Path metrics) throws IOException {
        var read = new TreeMap<String, Map<String, String>>();
        for (String line : Files.readAllLines(metrics)) {
            JsonNode values = Wire.JSON.readTree(line);
            read.put(key(values.get("split").asString(), values.get("step").asInt()), timeless(values));
        }
        return read;
    }

    static String key(String split, int step) {
        return "%s %05d".formatted(split, step);
    }

    /** As texts: one JSON writes 1.0 where another writes 1. */
    static Map<String, String> timeless(JsonNode values) {
        var numbers = new TreeMap<String, String>();
        values.properties().forEach(value -> {
            JsonNode number = value.getValue();
            numbers.put(value.getKey(), number.isNumber() ? Double.toString(number.doubleValue()) : number.toString());
        });
        numbers.keySet().removeAll(OF_TIME);
        return numbers;
    }

    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
