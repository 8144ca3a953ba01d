package dev.tandem.security;

/**
 * Who asks.
 *
 * @param project what the caller sees and changes
 */
public record Caller(Project project) {

    /** Everyone, while no security is configured. */
    static final Caller ANYONE = new Caller(Project.DEFAULT);
}
