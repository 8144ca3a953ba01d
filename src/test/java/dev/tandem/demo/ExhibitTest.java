package dev.tandem.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.corpus.ReviewCorpus;
import dev.tandem.corpus.ReviewTokenizer;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ClassPathResource;

/** The bundled files are those that the programs write. */
class ExhibitTest {

    private final ReviewCorpus corpus = ReviewCorpus.bundled();

    @Test
    void theBundledDataIsWhatTheGrammarWrites() throws IOException {
        assertThat(bundled("demonstrations.jsonl")).isEqualTo(lines(corpus.demonstrations()));
        assertThat(bundled("preferences.jsonl")).isEqualTo(lines(corpus.pairs()));
        assertThat(bundled("preferences-held-out.jsonl")).isEqualTo(lines(corpus.heldOut()));
    }

    @Test
    void theBundledTokenizerIsLearnedFromTheDemonstrations(@TempDir Path folder) throws IOException {
        ReviewTokenizer.of(corpus).write(folder);
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            assertThat(Files.readString(folder.resolve(name))).isEqualTo(bundled("model/" + name));
        }
    }

    @Test
    void everythingBundledIsSmall() throws IOException {
        long bytes = 0;
        for (String name : Exhibit.MODEL_FILES) {
            bytes += Exhibit.modelFile(name).contentLength();
        }
        bytes += bundled("demonstrations.jsonl").length()
                + bundled("preferences.jsonl").length();
        assertThat(bytes).isLessThan(5_000_000);
    }

    private static String bundled(String name) throws IOException {
        return new ClassPathResource("dev/tandem/demo/" + name).getContentAsString(StandardCharsets.UTF_8);
    }

    private static String lines(List<?> rows) {
        Stream<String> lines = rows.stream().map(row -> Wire.JSON.writeValueAsString(row) + "\n");
        return lines.collect(Collectors.joining());
    }
}
