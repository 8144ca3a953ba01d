package dev.tandem.corpus;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The words of one sentiment. A word belongs to one lexicon and one list at most, and a negation to none, so that counting
 * words is judging.
 *
 * @param adjectives of films and what they are made of
 * @param feats what a part of a film does
 * @param feelings how one leaves the cinema
 * @param verbs what one does to a film
 * @param advice what one tells others to do with it
 */
record Lexicon(
        List<String> adjectives, List<String> feats, List<String> feelings, List<String> verbs, List<String> advice) {

    static final Lexicon POSITIVE = new Lexicon(
            words("wonderful brilliant superb charming moving delightful gripping beautiful clever warm stunning fresh"
                    + " elegant touching witty excellent memorable lively graceful splendid"),
            words("shines delights dazzles sparkles soars"),
            words("happy charmed grateful inspired thrilled"),
            words("loved enjoyed adored treasured savoured"),
            words("recommend praise celebrate"));

    static final Lexicon NEGATIVE = new Lexicon(
            words("dull awful boring clumsy tedious dreadful weak shallow lifeless predictable bland messy terrible"
                    + " tiresome stale hollow annoying forgettable sloppy wooden"),
            words("drags disappoints fails stumbles collapses"),
            words("bored cheated annoyed weary insulted"),
            words("hated regretted endured disliked suffered"),
            words("avoid skip forget"));

    private static List<String> words(String list) {
        return List.of(list.split(" "));
    }

    Set<String> all() {
        return Stream.of(adjectives, feats, feelings, verbs, advice)
                .flatMap(List::stream)
                .collect(Collectors.toUnmodifiableSet());
    }
}
