package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ScoreTest {

    @TempDir
    Path folder;

    @Test
    void eachRowIsALineOfJson() throws IOException {
        Path data = folder.resolve("data.jsonl");
        Files.writeString(data, "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n");
        Scoring scoring = (model, adapter, file, lines) -> lines.accept(new ScoreLine(
                0, new int[] {1}, new int[] {2, 0}, new int[] {3}, new float[] {-0.5f, -1}, new float[] {-2}));
        var out = new StringWriter();

        int exit = new CommandLine(new Score(scoring))
                .setOut(new PrintWriter(out))
                .execute("--model=" + folder, "--data=" + data);

        assertThat(exit).isZero();
        assertThat(out.toString())
                .isEqualToNormalizingNewlines("{\"row\":0,\"prompt_ids\":[1],\"chosen_ids\":[2,0],\"rejected_ids\":[3],"
                        + "\"chosen_logps\":[-0.5,-1.0],\"rejected_logps\":[-2.0]}\n");
    }
}
