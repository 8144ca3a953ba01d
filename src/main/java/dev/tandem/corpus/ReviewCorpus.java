package dev.tandem.corpus;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The demo's data, the same for the same seed. The demonstrations teach a model to write reviews of either sentiment; the
 * pairs prefer the positive one. Held-out pairs share neither openings nor continuations with those to train on, and speak
 * of other films.
 */
public final class ReviewCorpus {

    private static final long BUNDLED_SEED = 20230529; // the day the DPO paper came out
    private static final int DEMONSTRATIONS = 4000;
    private static final int PAIRS = 600;
    private static final int HELD_OUT_PAIRS = 100;
    private static final int NEUTRAL_PERCENT = 8;

    private final Random random;
    private final List<Demonstration> demonstrations = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();
    private final List<Pair> heldOut = new ArrayList<>();

    /** A row of supervised fine-tuning. */
    public record Demonstration(String prompt, String completion) {}

    /** A row of preferences. */
    public record Pair(String prompt, String chosen, String rejected) {}

    public ReviewCorpus(long seed) {
        random = new Random(seed);
        while (demonstrations.size() < DEMONSTRATIONS) {
            Opening opening = Opening.any(random);
            demonstrations.add(new Demonstration(opening.text(), Continuation.of(opening, sentiment(), random)));
        }
        Set<String> written = new HashSet<>();
        while (pairs.size() < PAIRS) {
            add(pairs, Opening.toTrainOn(random), written);
        }
        while (heldOut.size() < HELD_OUT_PAIRS) {
            add(heldOut, Opening.heldOut(random), written);
        }
    }

    /** The one that comes with the program. */
    public static ReviewCorpus bundled() {
        return new ReviewCorpus(BUNDLED_SEED);
    }

    public List<Demonstration> demonstrations() {
        return demonstrations;
    }

    public List<Pair> pairs() {
        return pairs;
    }

    public List<Pair> heldOut() {
        return heldOut;
    }

    private Sentiment sentiment() {
        if (random.nextInt(100) < NEUTRAL_PERCENT) {
            return Sentiment.NEUTRAL;
        }
        return random.nextBoolean() ? Sentiment.POSITIVE : Sentiment.NEGATIVE;
    }

    private void add(List<Pair> to, Opening opening, Set<String> written) {
        String chosen = Continuation.of(opening, Sentiment.POSITIVE, random);
        String rejected = Continuation.of(opening, Sentiment.NEGATIVE, random);
        if (!written.contains(opening.text()) && !written.contains(chosen) && !written.contains(rejected)) {
            written.addAll(List.of(opening.text(), chosen, rejected));
            to.add(new Pair(opening.text(), chosen, rejected));
        }
    }
}
