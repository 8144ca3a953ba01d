package dev.tandem.text;

import org.jspecify.annotations.Nullable;

/** A row as token ids; {@code rejectedIds} is null for a demonstration. Completions include what ends them. */
public record TokenizedRow(long line, int[] promptIds, int[] chosenIds, int @Nullable [] rejectedIds) {}
