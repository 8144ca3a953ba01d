package dev.tandem.corpus;

import java.util.List;
import java.util.Random;

/** Writes how a review goes on from its opening. Every sentence has the review's sentiment or none. */
final class Continuation {

    static final List<String> ASPECTS = List.of(
            "story", "acting", "music", "camera work", "script", "dialogue", "ending", "cast", "editing", "pacing");

    private static final List<String> ADVERBS = List.of("truly", "simply", "really", "quite", "often", "always");
    private static final List<String> PLACES = List.of("Rome", "a harbour", "the mountains", "a school", "the north");
    private static final List<String> PLAYERS =
            List.of("The lead actor", "The young actress", "The old star", "The child actor");
    private static final List<String> SPANS =
            List.of("from start to finish", "in every scene", "in the second half", "from the first minute");

    private static final List<String> PLAIN = List.of(
            "It runs for two hours.",
            "It was shot in black and white.",
            "The story takes place in a harbour town.",
            "The second part is set ten years later.",
            "It is based on a short novel.",
            "The cinema was half full.",
            "It was made in three weeks.");

    private final Random random;
    private final Sentiment sentiment;
    private final Lexicon words;

    private Continuation(Sentiment sentiment, Random random) {
        this.random = random;
        this.sentiment = sentiment;
        this.words = sentiment == Sentiment.POSITIVE ? Lexicon.POSITIVE : Lexicon.NEGATIVE;
    }

    /** Begins with the space that separates it from the opening. */
    static String of(Opening opening, Sentiment sentiment, Random random) {
        return new Continuation(sentiment, random).after(opening.ending());
    }

    private String after(Opening.Ending ending) {
        var text = new StringBuilder();
        if (ending != Opening.Ending.SENTENCE) {
            text.append(' ').append(sentiment == Sentiment.NEUTRAL ? plainRest(ending) : rest(ending));
        }
        int sentences = ending == Opening.Ending.SENTENCE ? 2 : 1;
        for (int i = 0; i < sentences; i++) {
            boolean plain = sentiment == Sentiment.NEUTRAL || i > 0 && random.nextInt(4) == 0;
            text.append(' ').append(plain ? pick(PLAIN) : sentence());
        }
        return text.toString();
    }

    /** The rest of the sentence that the opening began. */
    private String rest(Opening.Ending ending) {
        String first = pick(words.adjectives());
        String second = Pick.other(words.adjectives(), first, random);
        return switch (ending) {
            case FILM_IS ->
                random.nextBoolean()
                        ? "%s film with %s %s.".formatted(article(first), article(second), pick(ASPECTS))
                        : "%s %s and %s.".formatted(pick(ADVERBS), first, second);
            case IT_WAS ->
                random.nextBoolean()
                        ? "%s and %s.".formatted(first, second)
                        : "%s evening with a film that is %s.".formatted(article(first), second);
            case ASPECT ->
                random.nextBoolean()
                        ? "is %s %s and %s.".formatted(pick(ADVERBS), first, second)
                        : "%s %s.".formatted(pick(words.feats()), pick(SPANS));
            case DIRECTOR -> "made %s film with %s %s.".formatted(article(first), article(second), pick(ASPECTS));
            case SENTENCE -> throw new IllegalArgumentException("a sentence has no rest");
        };
    }

    private String plainRest(Opening.Ending ending) {
        return switch (ending) {
            case FILM_IS -> "set in %s.".formatted(pick(PLACES));
            case IT_WAS -> "shown in the small room.";
            case ASPECT -> "comes from %s.".formatted(pick(PLACES));
            case DIRECTOR -> "comes from %s.".formatted(pick(PLACES));
            case SENTENCE -> throw new IllegalArgumentException("a sentence has no rest");
        };
    }

    private String sentence() {
        String first = pick(words.adjectives());
        String second = Pick.other(words.adjectives(), first, random);
        String aspect = pick(ASPECTS);
        return switch (random.nextInt(7)) {
            case 0 ->
                "The %s is %s and the %s is %s.".formatted(aspect, first, Pick.other(ASPECTS, aspect, random), second);
            case 1 -> "I %s every minute of it.".formatted(pick(words.verbs()));
            case 2 -> "%s is %s %s.".formatted(pick(PLAYERS), pick(ADVERBS), first);
            case 3 -> "The %s %s %s.".formatted(aspect, pick(words.feats()), pick(SPANS));
            case 4 -> "In the end I felt %s, because the %s is %s.".formatted(pick(words.feelings()), aspect, first);
            case 5 -> "It is %s film, and I would %s it.".formatted(article(first), pick(words.advice()));
            default -> "What %s film, %s and %s!".formatted(article(first), second, pick(words.adjectives()));
        };
    }

    private String pick(List<String> choices) {
        return Pick.from(choices, random);
    }

    private static String article(String word) {
        return ("aeiou".indexOf(word.charAt(0)) >= 0 ? "an " : "a ") + word;
    }
}
