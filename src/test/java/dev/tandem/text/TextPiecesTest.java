package dev.tandem.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextPiecesTest {

    private static final Path TOKENIZER = Path.of("src/test/resources/golden/tokenizer/chatml");

    @ParameterizedTest
    @ValueSource(strings = {" blue", " Ünïcödé and ☃ snow", "日本語", "👩‍👩‍👧 family", "a\n\n  b<|eos|>", "x"})
    void piecesJoinedAreTheText(String text) {
        try (TextTokenizer tokenizer = TextTokenizer.open(TOKENIZER)) {
            int[] before = tokenizer.encode("The sky is", false);
            int[] ids = tokenizer.encode(text, false);
            List<String> pieces = TextPieces.of(tokenizer, before, ids);
            assertThat(pieces).hasSameSizeAs(ids);
            assertThat(String.join("", pieces)).isEqualTo(text);
            assertThat(String.join("", TextPieces.of(tokenizer, new int[0], ids)))
                    .isEqualTo(text);
        }
    }
}
