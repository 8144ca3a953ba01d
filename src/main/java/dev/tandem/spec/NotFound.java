package dev.tandem.spec;

/** Nothing of this kind answers to this id or name. */
public final class NotFound extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String kind;

    /** @param kind what was looked for, as in {@code model} */
    public NotFound(String kind, String idOrName) {
        super("no %s \"%s\"; it may have been deleted".formatted(kind, idOrName));
        this.kind = kind;
    }

    public String kind() {
        return kind;
    }
}
