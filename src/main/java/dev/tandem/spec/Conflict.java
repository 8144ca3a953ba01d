package dev.tandem.spec;

/** A request that is right in itself and cannot be done as things stand; asking again at once changes nothing. */
public final class Conflict extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String code;

    /**
     * @param field the field that clashes, as in {@code name}
     * @param code a word for programs, as in {@code name_taken}
     */
    public Conflict(String field, String code, String message) {
        super(message);
        this.field = field;
        this.code = code;
    }

    public String field() {
        return field;
    }

    public String code() {
        return code;
    }
}
