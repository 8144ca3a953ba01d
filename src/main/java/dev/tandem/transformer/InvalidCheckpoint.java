package dev.tandem.transformer;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A checkpoint or adapter that cannot be used, and why: all that was found wrong at one look. */
public final class InvalidCheckpoint extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** More would only say the same again. */
    private static final int MOST_FLAWS = 20;

    private final transient List<Flaw> flaws;

    /** The rule that is broken. Clients see its code, so a name stays once it is published. */
    public enum Rule {
        MISSING_FILE,
        MISSING_FIELD,
        MISSING_TENSOR,
        INVALID_JSON,
        INVALID_VALUE,
        INVALID_INDEX,
        INVALID_HEADER,
        LYING_HEADER,
        TRUNCATED_FILE,
        SHAPE_MISMATCH,
        BASE_MISMATCH,
        UNSUPPORTED_ARCHITECTURE,
        UNSUPPORTED_OPTION,
        UNSUPPORTED_ADAPTER,
        UNSUPPORTED_TENSOR,
        UNSUPPORTED_DTYPE;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One broken rule. What a file says is quoted in the message, but never at any length.
     *
     * @param field of an adapter's settings that is at fault; null elsewhere
     */
    public record Flaw(Rule rule, @Nullable String field, String message) {

        private static final int LONGEST = 1000;

        public Flaw {
            message = message.length() > LONGEST ? message.substring(0, LONGEST) + "..." : message;
        }

        public Flaw(Rule rule, String message) {
            this(rule, null, message);
        }
    }

    public InvalidCheckpoint(Rule rule, String message) {
        this(List.of(new Flaw(rule, message)));
    }

    InvalidCheckpoint(Rule rule, String field, String message) {
        this(List.of(new Flaw(rule, field, message)));
    }

    public InvalidCheckpoint(Rule rule, String message, Throwable cause) {
        this(rule, message);
        initCause(cause);
    }

    InvalidCheckpoint(List<Flaw> flaws) {
        super(flaws.stream().limit(MOST_FLAWS).map(Flaw::message).collect(Collectors.joining("; ")));
        this.flaws = flaws.stream().limit(MOST_FLAWS).toList();
    }

    public List<Flaw> flaws() {
        return flaws;
    }
}
