package dev.tandem.text.jinja;

/** A template that cannot be read, or that refuses or fails to render what it was given. */
public final class TemplateError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean located;

    public TemplateError(String message) {
        super(message);
        this.located = false;
    }

    private TemplateError(int line, TemplateError cause) {
        super("line %d: %s".formatted(line, cause.getMessage()), cause);
        this.located = true;
    }

    /** This error with the line of the template where it came up, unless it has one. */
    TemplateError at(int line) {
        return located ? this : new TemplateError(line, this);
    }
}
