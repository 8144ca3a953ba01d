package dev.tandem.spec;

import org.jspecify.annotations.Nullable;

/**
 * What a process that tokenizes rows is asked.
 *
 * @param model folder of the model whose tokenizer and chat template are meant
 * @param maxLength tokens of prompt and completion together; null for no limit
 * @param lines the rows to show; null for all
 */
public record TokenOrder(
        String model,
        DataSource source,
        Method method,
        @Nullable Integer maxLength,
        TruncationMode truncationMode,
        PromptBoundary promptBoundary,
        Wanted wanted,
        @Nullable Lines lines) {

    /** What is to be told of the rows. */
    public enum Wanted {
        /** Token by token, of a few lines. */
        ROWS,
        /** What a person should know of them all. */
        REPORT,
        /** What a run on them needs. */
        COUNTS
    }

    /** Lines of a file, the first of them excluded. */
    public record Lines(long after, long last) {}
}
