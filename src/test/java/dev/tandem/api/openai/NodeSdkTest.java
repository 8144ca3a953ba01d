package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.tandem.RunningApp;
import dev.tandem.Scene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** OpenAI's Node SDK, by {@code src/test/node/check.mjs}. */
@RunningApp
class NodeSdkTest {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSdkTest.class);
    private static final Path SOURCES = Path.of("src/test/node");
    private static final Path FOLDER = Path.of("target/node");
    private static final String ROW = "{\"prompt\":\"%s\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n";

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @TempDir
    Path scripts;

    @Test
    void theNodeSdkDrivesTheWholeFlow() throws Exception {
        install();
        Files.writeString(scripts.resolve("short.jsonl"), ROW.formatted("steps=3"));
        Files.writeString(scripts.resolve("long.jsonl"), ROW.formatted("steps=2000 millis=20 save=10"));
        try (var line = new LostAnswers(port)) {
            Ended check = run(
                    Map.of(
                            "TANDEM_URL", "http://127.0.0.1:%d/v1".formatted(port),
                            "LOSSY_URL", "http://127.0.0.1:%d/v1".formatted(line.port()),
                            "MODEL", scene.model(),
                            "SCRIPTS", scripts.toString()),
                    "node",
                    "check.mjs");
            assertThat(check.well()).as(check.output()).isTrue();
            assertThat(line.lost()).containsExactly("/v1/files", "/v1/fine_tuning/jobs");
        }
    }

    private static boolean isThere(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** In a folder of the build, where it stays for the next run. Where there is no node, or no way to npm, nothing is tried. */
    private static void install() throws IOException, InterruptedException {
        if (!isThere("node") || !isThere("npm")) {
            leaveOut("node and npm are not on the path; install them to run this test");
        }
        Files.createDirectories(FOLDER);
        for (String file : List.of("package.json", "package-lock.json", "check.mjs")) {
            Files.copy(SOURCES.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(FOLDER.resolve("node_modules/openai"))) {
            Ended npm = run(Map.of(), "npm", "ci", "--no-audit", "--no-fund");
            if (!npm.well()) {
                leaveOut("npm cannot install it: " + npm.output());
            }
        }
    }

    private static void leaveOut(String why) {
        LOG.warn("OpenAI's Node SDK is not tried: {}", why);
        abort(why);
    }

    private record Ended(boolean well, String output) {}

    private static Ended run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("node", ".log");
        var builder = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        process.destroyForcibly();
        return new Ended(ended && process.exitValue() == 0, Files.readString(output));
    }
}
