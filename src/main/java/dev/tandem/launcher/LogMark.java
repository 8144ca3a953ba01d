package dev.tandem.launcher;

/**
 * A place in what the attempts of a job printed.
 *
 * @param epoch of the attempt
 * @param offset bytes of it that come before
 */
public record LogMark(long epoch, long offset) {

    public static final LogMark BEGINNING = new LogMark(0, 0);
}
