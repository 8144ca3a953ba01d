package dev.tandem.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.corpus.ReviewCorpus.Pair;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReviewCorpusTest {

    private final ReviewCorpus corpus = new ReviewCorpus(7);

    @Test
    void theSameSeedWritesTheSameReviews() {
        var again = new ReviewCorpus(7);
        assertThat(again.demonstrations()).isEqualTo(corpus.demonstrations());
        assertThat(again.pairs()).isEqualTo(corpus.pairs());
        assertThat(again.heldOut()).isEqualTo(corpus.heldOut());
        assertThat(new ReviewCorpus(8).pairs()).isNotEqualTo(corpus.pairs());
    }

    @Test
    void heldOutPairsShareNoTextWithThoseToTrainOn() {
        assertThat(corpus.pairs()).hasSizeGreaterThanOrEqualTo(500);
        assertThat(corpus.heldOut()).hasSize(100);
        for (Function<Pair, String> part :
                List.<Function<Pair, String>>of(Pair::prompt, Pair::chosen, Pair::rejected)) {
            assertThat(texts(corpus.heldOut(), part)).doesNotContainAnyElementsOf(texts(corpus.pairs(), part));
        }
    }

    @Test
    void chosenReviewsArePositiveAndRejectedOnesNegative() {
        assertThat(corpus.pairs()).allSatisfy(pair -> {
            assertThat(Judge.of(pair.chosen())).isEqualTo(Sentiment.POSITIVE);
            assertThat(Judge.of(pair.rejected())).isEqualTo(Sentiment.NEGATIVE);
            assertThat(Judge.of(pair.prompt())).isEqualTo(Sentiment.NEUTRAL);
        });
    }

    @Test
    void demonstrationsAreOfEitherSentimentAboutEquallyOften() {
        List<String> reviews = corpus.demonstrations().stream()
                .map(ReviewCorpus.Demonstration::completion)
                .toList();
        assertThat(Judge.positiveShare(reviews)).isBetween(0.4, 0.5);
    }

    @Test
    void noWordIsInBothLexicons() {
        Set<String> both = new HashSet<>(Lexicon.POSITIVE.all());
        both.retainAll(Lexicon.NEGATIVE.all());
        assertThat(both).isEmpty();
    }

    private static Set<String> texts(List<Pair> pairs, Function<Pair, String> part) {
        return pairs.stream().map(part).collect(Collectors.toSet());
    }
}
