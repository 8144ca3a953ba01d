package dev.tandem.corpus;

import java.util.List;
import java.util.Random;

/** Choices at random. {@link Random} because its numbers are specified: the same seed gives the same corpus everywhere. */
final class Pick {

    private Pick() {}

    static <T> T from(List<T> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Another one than {@code taken}. */
    static <T> T other(List<T> choices, T taken, Random random) {
        T picked = from(choices, random);
        while (picked.equals(taken)) {
            picked = from(choices, random);
        }
        return picked;
    }
}
