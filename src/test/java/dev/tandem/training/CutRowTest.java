package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.ModelSource;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.TruncationMode;
import dev.tandem.text.TokenizedRow;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A row that was cut at its start: its sides keep different ends of the prompt. */
class CutRowTest {

    private static final ScoringModels MODEL =
            new ScoringModels(new ModelSource("src/test/resources/golden/models/llama-tied-tiny", null), null);

    private static final TokenizedRow ROW = new TokenizedRow(
            1, new int[] {5, 6, 7, 8, 9, 10}, new int[] {20, 21, 2}, new int[] {30, 31, 32, 33, 34, 35, 36, 37, 2});

    @Test
    void eachSideIsScoredAsTheSequenceThatIsLeftOfIt() {
        TokenizedRow cut = ROW.truncated(8, TruncationMode.KEEP_END).orElseThrow();
        assertThat(cut.promptIds()).containsExactly(6, 7, 8, 9, 10);
        assertThat(cut.rejectedPromptIds()).isEmpty();
        assertThat(cut.rejectedIds()).containsExactly(31, 32, 33, 34, 35, 36, 37, 2);
        try (Scorer scorer = Scorer.open(MODEL)) {
            Scorer.ScoredRow both = scorer.score(cut);
            float[] chosen = scorer.score(new TokenizedRow(1, cut.promptIds(), cut.chosenIds(), null))
                    .chosen()
                    .policy();
            float[] rejected = scorer.score(
                            new TokenizedRow(1, new int[0], Objects.requireNonNull(cut.rejectedIds()), null))
                    .chosen()
                    .policy();
            assertThat(both.chosen().policy()).containsExactly(chosen, within(1e-5f));
            assertThat(Objects.requireNonNull(both.rejected()).policy()).containsExactly(rejected, within(1e-5f));
            assertThat(rejected).hasSize(7);
        }
    }

    @Test
    void aRowThatFitsIsLeftAsItIs() {
        assertThat(ROW.truncated(15, TruncationMode.KEEP_END)).containsSame(ROW);
        assertThat(ROW.truncated(6, TruncationMode.KEEP_START)).isEmpty();
    }
}
