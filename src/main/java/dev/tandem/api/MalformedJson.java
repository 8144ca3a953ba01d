package dev.tandem.api;

/** A request body that is no JSON object. */
final class MalformedJson extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Where the reader stopped, in the form of the other problems. */
    record Where(int line, int column, String code, String message) {}

    private final transient Where where;

    MalformedJson(int line, int column, String found) {
        super("the body is not a JSON object: line %d, column %d: %s".formatted(line, column, found));
        this.where = new Where(line, column, "invalid_json", found);
    }

    Where where() {
        return where;
    }
}
