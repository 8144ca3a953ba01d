package dev.tandem.storage;

/** A file that goes past the size allowed for it. */
public final class TooLarge extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLarge(String name, long limit) {
        super("%s is larger than the %d bytes allowed; the operator can raise the limit".formatted(name, limit));
    }
}
