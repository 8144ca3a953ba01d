package dev.tandem.spec;

/** How the rows of a dataset file are written; {@code AUTO} looks at each row, which a file of several formats needs. */
public enum DatasetFormat {
    AUTO,
    PROMPT_CHOSEN_REJECTED,
    CONVERSATIONAL,
    /** {@code input.messages}, {@code preferred_output}, {@code non_preferred_output}. */
    OPENAI,
    /** Anthropic's transcripts: chosen and rejected as one text of turns each. */
    HH
}
