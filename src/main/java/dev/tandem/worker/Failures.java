package dev.tandem.worker;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Report;
import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Sorts what ended a run into the kinds that decide whether to try again. */
public final class Failures {

    /** What libtorch says when the host, CUDA or its allocators have nothing left; always in lower case here. */
    private static final List<String> NATIVE_OUT_OF_MEMORY = List.of(
            "out of memory", "can't allocate memory", "not enough memory", "bad_alloc", "cudaerrormemoryallocation");

    private Failures() {}

    public static Report.Failed of(Throwable thrown) {
        if (thrown instanceof TrainingFailure failure) {
            return new Report.Failed(failure.kind(), message(failure));
        }
        if (thrown instanceof InvalidSpec invalid) {
            return new Report.Failed(FailureKind.INVALID_SPEC, String.valueOf(invalid.getMessage()));
        }
        return new Report.Failed(kind(thrown), thrown.toString());
    }

    private static FailureKind kind(Throwable thrown) {
        if (causes(thrown).anyMatch(Failures::isOutOfMemory)) {
            return FailureKind.OUT_OF_MEMORY;
        }
        return causes(thrown).anyMatch(IOException.class::isInstance) ? FailureKind.STORAGE : FailureKind.CRASHED;
    }

    private static boolean isOutOfMemory(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
        return thrown instanceof OutOfMemoryError
                || NATIVE_OUT_OF_MEMORY.stream().anyMatch(message::contains);
    }

    private static String message(TrainingFailure failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        return cause == null || message.contains(String.valueOf(cause.getMessage())) ? message : message + ": " + cause;
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        // A chain of causes may be a circle; none that means something is this long.
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause).limit(32);
    }
}
