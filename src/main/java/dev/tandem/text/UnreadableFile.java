package dev.tandem.text;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;

/** A file of rows that cannot be read as a whole, with a code for programs: what is wrong is no single row. */
public final class UnreadableFile extends TrainingFailure {

    private static final long serialVersionUID = 1L;

    private final String code;

    UnreadableFile(String code, String message) {
        super(FailureKind.INVALID_DATASET, message);
        this.code = code;
    }

    UnreadableFile(String code, String message, Throwable cause) {
        super(FailureKind.INVALID_DATASET, message, cause);
        this.code = code;
    }

    /** {@code damaged_file}, {@code too_large}, {@code unknown_column}, {@code unsupported_file}. */
    public String code() {
        return code;
    }
}
