package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.ModelSource;
import dev.tandem.spec.ScoringModels;
import dev.tandem.text.TokenizedRow;
import dev.tandem.training.Logps;
import dev.tandem.training.Scorer.ScoredRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        var row = new TokenizedRow(1, new int[] {1}, new int[] {2, 0}, new int[] {3});
        var scored = new ScoredRow(
                row,
                new Logps(new float[] {-0.5f, -1}, new float[] {-1, -1.5f}),
                new Logps(new float[] {-2}, new float[] {-1}));
        Scoring scoring = (models, beta, file, lines) -> lines.accept(ScoreLine.of(0, scored, beta));
        var out = new StringWriter();

        int exit = new CommandLine(new Score(scoring))
                .setOut(new PrintWriter(out))
                .execute("--model=" + folder, "--data=" + data, "--reference=" + folder, "--beta=0.5");

        assertThat(exit).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines("""
                {"row":0,"prompt_ids":[1],"chosen_ids":[2,0],"rejected_ids":[3],"chosen_logps":[-0.5,-1.0],\
                "rejected_logps":[-2.0],"chosen_logp":-1.5,"chosen_tokens":2,"rejected_logp":-2.0,"rejected_tokens":1,\
                "reference_chosen_logps":[-1.0,-1.5],"reference_rejected_logps":[-1.0],"reference_chosen_logp":-2.5,\
                "reference_rejected_logp":-1.0,"beta":0.5,"chosen_reward":0.5,"rejected_reward":-0.5,"margin":1.0}
                """);
    }

    @Test
    void anAdapterIsComparedWithItsModelAndItsCardKnowsTheBeta() throws IOException {
        Path adapter = Files.createDirectory(folder.resolve("adapter"));
        Files.writeString(
                adapter.resolve("README.md"), "A PEFT adapter by Tandem.\n\n| method | dpo |\n| beta | 0.25 |\n");
        var asked = new ArrayList<Object>();
        Scoring scoring = (models, beta, file, lines) -> asked.addAll(List.of(models, beta, Files.readString(file)));

        int exit = new CommandLine(new Score(scoring))
                .execute("--model=" + folder, "--adapter=" + adapter, "--row={\"prompt\":\"a\",\"completion\":\"b\"}");

        assertThat(exit).isZero();
        var base = new ModelSource(folder.toString(), null);
        assertThat(asked)
                .containsExactly(
                        new ScoringModels(new ModelSource(folder.toString(), adapter.toString()), base),
                        0.25,
                        "{\"prompt\":\"a\",\"completion\":\"b\"}\n");
    }

    @Test
    void argumentsThatContradictAreRefused() {
        var err = new StringWriter();
        Scoring none = (models, beta, file, lines) -> assertThat(lines).isNull();
        var command = new CommandLine(new Score(none)).setErr(new PrintWriter(err));
        assertThat(command.execute("--model=" + folder)).isEqualTo(2);
        assertThat(command.execute("--model=" + folder, "--row={}", "--no-reference", "--reference=" + folder))
                .isEqualTo(2);
        assertThat(command.execute("--model=" + folder, "--row={}", "--beta=-1"))
                .isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "--data or --row must be given, one of them",
                        "--no-reference contradicts --reference",
                        "--beta must be a finite number greater than 0, was -1.0");
    }
}
