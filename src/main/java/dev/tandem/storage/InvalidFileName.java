package dev.tandem.storage;

/** A file name that the store refuses. */
public final class InvalidFileName extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String rule;

    InvalidFileName(String rule) {
        super(rule);
        this.rule = rule;
    }

    /** The rule that the name broke, with the name. */
    public String rule() {
        return rule;
    }
}
