package dev.tandem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class GenerateTest {

    private static final Path MODELS = Path.of("src/test/resources/golden/models");
    private static final String TINY = "--model=" + MODELS.resolve("llama-tied-tiny");

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    @Test
    void aModelAndItsReferenceWriteSideBySide() throws IOException {
        String adapter = "src/test/resources/golden/trajectories/lora-llama/adapter_final";
        Path prompts = folder.resolve("prompts.jsonl");
        Files.writeString(prompts, """
                "The sky"
                [{"role": "user", "content": "The sky"}]

                {"prompt": "The sky"}
                {"prompt": "The sky", "chosen": "a", "rejected": "b"}
                """);
        String base = MODELS.resolve("llama-untied-tiny").toString();
        List<JsonNode> lines = lines(
                "--model=" + base,
                "--adapter=" + adapter,
                "--reference=" + base,
                "--prompts=" + prompts,
                "--prompt=The sky",
                "--temperature=0",
                "--max-new-tokens=5");

        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).isEqualTo(lines.get(1)).isEqualTo(lines.get(3)).isEqualTo(lines.get(4));
        JsonNode chat = lines.get(2);
        assertThat(chat.get("prompt").get(0).get("content").asString()).isEqualTo("The sky");
        assertThat(chat.get("completion")).isNotEqualTo(lines.get(0).get("completion"));
        assertThat(lines.get(0).get("completion")).isNotEqualTo(lines.get(0).get("reference_completion"));
        assertThat(lines.get(0).get("finish_reason").asString()).isEqualTo("length");
        assertThat(lines(
                                "--model=" + base,
                                "--prompt=The sky",
                                "--chat",
                                "--adapter=" + adapter,
                                "--temperature=0",
                                "--max-new-tokens=5")
                        .getFirst()
                        .get("completion"))
                .isEqualTo(chat.get("completion"));
    }

    @Test
    void whatCannotBeWrittenFromIsRefusedInWords() {
        assertThat(run(new StringWriter(), TINY, "--prompt=" + "word ".repeat(99)))
                .isEqualTo(42);
        assertThat(run(new StringWriter(), TINY, "--prompt=a", "--top-p=0")).isEqualTo(2);
        assertThat(run(new StringWriter(), TINY)).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "prompt 1 must have from 1 to 127 tokens, for the model's context of 128",
                        "top_p must be greater than 0 and at most 1, was 0.0",
                        "must give at least one prompt");
    }

    private List<JsonNode> lines(String... arguments) {
        var out = new StringWriter();
        assertThat(run(out, arguments)).as(err.toString()).isZero();
        return out.toString().lines().map(Wire.JSON::readTree).toList();
    }

    private int run(StringWriter out, String... arguments) {
        CommandLine commands = Cli.commands(
                (run, monitor, output) -> {
                    throw new IllegalStateException("nothing is trained here");
                },
                false);
        String[] all = new String[arguments.length + 1];
        all[0] = "generate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return commands.setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }
}
