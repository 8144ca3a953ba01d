package dev.tandem.text;

/** Why a line of a dataset is no row: a code for programs and a sentence for the person who mends it. */
public record RowProblem(long line, String code, String message) {}
