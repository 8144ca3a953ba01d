package dev.tandem.training;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Tells a device or a host that has no memory left from all else that may go wrong. */
public final class Shortage {

    /** What libtorch says when the host, CUDA or their allocators have nothing left; in lower case here. */
    private static final List<String> WORDS = List.of(
            "out of memory", "can't allocate memory", "not enough memory", "bad_alloc", "cudaerrormemoryallocation");

    private Shortage() {}

    /** Whether this, or what caused it, is a lack of memory of any kind. */
    public static boolean isIn(Throwable thrown) {
        return causes(thrown).anyMatch(each -> each instanceof OutOfMemoryError || hasWords(each));
    }

    /** Whether memory outside the Java heap was lacking, so that a smaller pass may do. */
    static boolean isNativeIn(Throwable thrown) {
        return causes(thrown)
                .anyMatch(each -> each instanceof OutOfMemoryError
                        ? String.valueOf(each.getMessage()).contains("direct buffer memory")
                        : hasWords(each));
    }

    /** The line that says so; libtorch's interpreter puts where it was before it. */
    static String words(Throwable thrown) {
        return causes(thrown)
                .flatMap(each -> String.valueOf(each.getMessage()).lines())
                .filter(Shortage::hasWords)
                .findFirst()
                .orElse(thrown.toString());
    }

    private static boolean hasWords(Throwable thrown) {
        return hasWords(String.valueOf(thrown.getMessage()));
    }

    private static boolean hasWords(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return WORDS.stream().anyMatch(lower::contains);
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        // A chain of causes may be a circle; none that means something is this long.
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause).limit(32);
    }
}
