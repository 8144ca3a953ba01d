package dev.tandem.spec;

/** A run that cannot go on, with the kind of its failure and a message for the person who must act. */
public class TrainingFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    public TrainingFailure(FailureKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public TrainingFailure(FailureKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public FailureKind kind() {
        return kind;
    }
}
