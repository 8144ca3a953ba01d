package dev.tandem.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** OpenAI's Node SDK, by {@code src/test/node/check.mjs}. */
@RunningApp
class NodeSdkTest {

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
        assumeTrue(
                isThere("node") && isThere("npm"),
                "node and npm are not on the path, so OpenAI's Node SDK is not tried; install them to run this test");
        install();
        Files.writeString(scripts.resolve("short.jsonl"), ROW.formatted("steps=3"));
        Files.writeString(scripts.resolve("long.jsonl"), ROW.formatted("steps=2000 millis=20 save=10"));
        try (var line = new LostAnswers(port)) {
            run(
                    Map.of(
                            "TANDEM_URL", "http://127.0.0.1:%d/v1".formatted(port),
                            "LOSSY_URL", "http://127.0.0.1:%d/v1".formatted(line.port()),
                            "MODEL", scene.model(),
                            "SCRIPTS", scripts.toString()),
                    "node",
                    "check.mjs");
            assertThat(line.lost()).containsExactly("/v1/files", "/v1/fine_tuning/jobs");
        }
    }

    private static boolean isThere(String program) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** In a folder of the build, where it stays for the next run. */
    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        for (String file : List.of("package.json", "package-lock.json", "check.mjs")) {
            Files.copy(SOURCES.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(FOLDER.resolve("node_modules/openai"))) {
            run(Map.of(), "npm", "ci", "--no-audit", "--no-fund");
        }
    }

    private static void run(Map<String, String> environment, String... command)
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
        assertThat(ended && process.exitValue() == 0)
                .as("%s: %s", String.join(" ", command), Files.readString(output))
                .isTrue();
    }
}
