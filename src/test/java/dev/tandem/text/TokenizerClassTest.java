package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Checkpoints are tokenized as Transformers does, which for some classes is not what tokenizer.json says. */
class TokenizerClassTest {

    private static final Path FOLDER = Path.of("src/test/resources/tokenizers");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file",
                "gpt2",
                "neox",
                "qwen2",
                "granite",
                "llama",
                "legacy",
                "mistral",
                "gemma",
                "cohere",
                "unmarked"
            })
    void givesTheIdsOfAutoTokenizer(String name) throws IOException {
        JsonNode expected = Golden.JSON.readTree(Files.readString(FOLDER.resolve(name + "/expected.json")));
        try (TextTokenizer tokenizer = TextTokenizer.open(FOLDER.resolve(name))) {
            for (JsonNode each : expected.path("encode")) {
                String text = each.path("text").stringValue();
                assertThat(tokenizer.encode(text, true))
                        .as(text)
                        .containsExactly(each.path("ids")
                                .valueStream()
                                .mapToInt(JsonNode::intValue)
                                .toArray());
            }
            assertThat(tokenizer.specialTokens())
                    .isEqualTo(Golden.JSON.treeToValue(expected.path("special_tokens"), java.util.Map.class));
        }
    }

    @Test
    void aClassThatBuildsItsTokenizerInAnotherWayIsRefusedByName() throws IOException {
        copy("tokenizer_config.json", "{\"tokenizer_class\": \"CodeLlamaTokenizerFast\", \"eos_token\": \"</s>\"}");
        assertThatThrownBy(() -> TextTokenizer.open(folder))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining(
                        "tokenizer_class CodeLlamaTokenizerFast", "set tokenizer_class to PreTrainedTokenizerFast");
    }

    @Test
    void theOldMapOfSpecialTokensWinsWhereNoNewerListIs() throws IOException {
        copy("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"eos_token\": \"<s>\"}");
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"eos_token\": {\"content\": \"</s>\"}}");
        try (TextTokenizer tokenizer = TextTokenizer.open(folder)) {
            assertThat(tokenizer.eosToken()).isEqualTo("</s>");
        }
    }

    private void copy(String name, String content) throws IOException {
        Files.copy(FOLDER.resolve("llama/tokenizer.json"), folder.resolve("tokenizer.json"));
        Files.writeString(folder.resolve(name), content);
    }
}
