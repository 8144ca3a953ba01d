package dev.tandem.api;

/** A JSON body that no request needs. */
final class BodyTooLarge extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BodyTooLarge(int limit) {
        super("a JSON body may have at most %d bytes; files go as multipart/form-data".formatted(limit));
    }
}
