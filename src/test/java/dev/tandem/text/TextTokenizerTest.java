package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TextTokenizerTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "bos"})
    void encodesAndDecodesAsHuggingFaceDoes(String name) {
        JsonNode expected = Golden.json("tokenizer/" + name + ".expected.json");
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/" + name))) {
            for (JsonNode row : expected.path("encode")) {
                String text = row.path("text").stringValue();
                int[] plain = Golden.ids(row.path("ids_no_special"));
                assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(Golden.ids(row.path("ids")));
                assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(plain);
                assertThat(tokenizer.decode(plain, false))
                        .isEqualTo(row.path("decoded").stringValue());
                assertThat(tokenizer.decode(plain, true))
                        .isEqualTo(row.path("decoded_skip_special").stringValue());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml", "bos"})
    void decodesBytesThatAreNoTextAsHuggingFaceDoes(String name) {
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/" + name))) {
            for (JsonNode row :
                    Golden.json("tokenizer/" + name + ".expected.json").path("decode")) {
                int[] ids = Golden.ids(row.path("ids"));
                assertThat(tokenizer.decode(ids, false))
                        .isEqualTo(row.path("decoded").stringValue());
                assertThat(tokenizer.decode(ids, true))
                        .isEqualTo(row.path("decoded_skip_special").stringValue());
            }
        }
    }

    @Test
    void manyTextsAtOnceGiveTheSameIdsAsOneByOne() {
        var texts = new ArrayList<String>();
        Golden.json("tokenizer/bos.expected.json")
                .path("encode")
                .forEach(row -> texts.add(row.path("text").stringValue()));
        try (TextTokenizer tokenizer = TextTokenizer.open(Golden.path("tokenizer/bos"))) {
            List<int[]> together = tokenizer.encodeAll(texts, true);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(together.get(i)).isEqualTo(tokenizer.encode(texts.get(i), true));
            }
        }
    }

    @Test
    void aLimitThatTheTokenizerFileSetsCutsNothing() throws IOException {
        copy("chatml");
        String json = Files.readString(folder.resolve("tokenizer.json"));
        String limit = "\"truncation\": {\"direction\": \"Right\", \"max_length\": 4, \"strategy\": \"LongestFirst\","
                + " \"stride\": 0}, \"padding\": {\"strategy\": {\"Fixed\": 64}, \"direction\": \"Right\","
                + " \"pad_to_multiple_of\": null, \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"<|pad|>\"}";
        String changed = json.replaceFirst("\"truncation\": *null", limit.replace("|", "\\|"))
                .replaceFirst("\"padding\": *null,", "");
        assertThat(changed).contains("\"max_length\": 4");
        Files.writeString(folder.resolve("tokenizer.json"), changed.replace("\\|", "|"));
        try (TextTokenizer tokenizer = TextTokenizer.open(folder)) {
            assertThat(tokenizer.decode(tokenizer.encode("one two three four five six", true), false))
                    .isEqualTo("one two three four five six");
        }
    }

    @Test
    void padFallsBackToTheEndOfTextThatConfigJsonNames() throws IOException {
        copy("chatml");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": {\"content\": \"<|bos|>\"}}");
        Files.writeString(folder.resolve("config.json"), "{\"eos_token_id\": [2, 4]}");
        try (TextTokenizer tokenizer = TextTokenizer.open(folder)) {
            assertThat(tokenizer.eosToken()).isEqualTo("<|eos|>");
            assertThat(tokenizer.padId()).isEqualTo(2);
            assertThat(tokenizer.bosId()).contains(1);
        }
    }

    @Test
    void aMissingTokenizerIsNamedWithItsFolder() {
        assertThatThrownBy(() -> TextTokenizer.open(folder))
                .isInstanceOfSatisfying(
                        TrainingFailure.class, e -> assertThat(e.kind()).isEqualTo(INVALID_MODEL))
                .hasMessageContaining("no tokenizer.json in " + folder);
    }

    @Test
    void aBrokenTokenizerSaysWhy() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"Nonsense\"}}");
        assertThatThrownBy(() -> TextTokenizer.open(folder))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining("tokenizer.json of " + folder + " cannot be used");
    }

    @Test
    void anEndOfTextOutsideTheVocabularyIsRefused() throws IOException {
        copy("chatml");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
        assertThatThrownBy(() -> TextTokenizer.open(folder))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining("eos_token is </s>, which tokenizer.json of");
    }

    private void copy(String name) throws IOException {
        try (var files = Files.list(Golden.path("tokenizer/" + name))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
    }
}
