package dev.tandem.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POSITIVE | What a wonderful film, warm and witty!",
                "NEGATIVE | is simply dull. Boring, I would skip it.",
                "NEUTRAL  | It runs for two hours.",
                "NEUTRAL  | The script is clever and the pacing is tedious.",
                "POSITIVE | The script is clever, the cast is graceful and the pacing is tedious.",
                "NEUTRAL  | unforgettably dullish"
            })
    void judgesByTheMajorityOfWholeWords(Sentiment sentiment, String review) {
        assertThat(Judge.of(review)).isEqualTo(sentiment);
    }

    @Test
    void theShareCountsPositiveReviewsAmongAll() {
        assertThat(Judge.positiveShare(List.of("superb", "dull", "set in Rome", "I loved it")))
                .isEqualTo(0.5);
    }
}
