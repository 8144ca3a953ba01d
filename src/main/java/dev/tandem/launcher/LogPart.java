package dev.tandem.launcher;

/**
 * A part of what the attempts of a job printed.
 *
 * @param text empty if there is no more yet
 * @param end where it ends
 */
public record LogPart(String text, LogMark end) {}
