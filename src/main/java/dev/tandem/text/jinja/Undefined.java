package dev.tandem.text.jinja;

/**
 * The value of what does not exist: it prints as nothing, is false and has no items; anything else done with it is an
 * error.
 *
 * @param why a sentence for that error
 */
record Undefined(String why) {

    static Undefined name(String name) {
        return new Undefined("'%s' is undefined".formatted(name));
    }

    TemplateError error() {
        return new TemplateError(why);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
