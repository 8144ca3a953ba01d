package dev.tandem.corpus;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a review's sentiment by counting: more kind words than unkind ones is positive, fewer negative, else neutral. */
public final class Judge {

    private static final Set<String> KIND = Lexicon.POSITIVE.all();
    private static final Set<String> UNKIND = Lexicon.NEGATIVE.all();

    private Judge() {}

    public static Sentiment of(String review) {
        List<String> words = Arrays.asList(review.toLowerCase(Locale.ROOT).split("[^a-z]+"));
        long kind = words.stream().filter(KIND::contains).count();
        long unkind = words.stream().filter(UNKIND::contains).count();
        if (kind == unkind) {
            return Sentiment.NEUTRAL;
        }
        return kind > unkind ? Sentiment.POSITIVE : Sentiment.NEGATIVE;
    }

    /** Between 0 and 1. */
    public static double positiveShare(List<String> reviews) {
        long positive =
                reviews.stream().filter(r -> of(r) == Sentiment.POSITIVE).count();
        return (double) positive / reviews.size();
    }
}
