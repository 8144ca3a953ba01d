package dev.tandem.demo;

import dev.tandem.corpus.Judge;
import dev.tandem.launcher.ThisProgram;
import dev.tandem.spec.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.util.unit.DataSize;

/**
 * How a model continues the given prompts. A child process runs the model, as one would by hand with {@code tandem.jar
 * generate}: the server itself never touches a tensor.
 */
record Samples(List<String> prompts, List<String> completions) {

    private static final DataSize HEAP = DataSize.ofMegabytes(512);

    /** @param log takes what the process complains about */
    static Samples of(Path model, List<String> prompts, Path log) throws IOException, InterruptedException {
        Path file = Files.createTempFile("tandem-prompts", ".jsonl");
        try {
            Files.write(
                    file, prompts.stream().map(Wire.JSON::writeValueAsString).toList());
            return new Samples(prompts, completions(model, file, log));
        } finally {
            Files.delete(file);
        }
    }

    private static List<String> completions(Path model, Path prompts, Path log)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(ThisProgram.command(
                        HEAP,
                        "generate",
                        "--model",
                        model.toString(),
                        "--prompts",
                        prompts.toString(),
                        "--temperature",
                        "0.7"))
                .redirectError(Redirect.appendTo(log.toFile()));
        ThisProgram.shareCores(builder.environment());
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            var completions = new ArrayList<String>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                completions.add(Wire.JSON.readTree(line).path("completion").stringValue());
            }
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IOException("generate ended with exit code %d, see %s".formatted(exit, log));
            }
            return completions;
        } finally {
            process.destroy();
        }
    }

    double positiveShare() {
        return Judge.positiveShare(completions);
    }
}
