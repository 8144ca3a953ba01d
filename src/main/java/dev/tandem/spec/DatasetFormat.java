package dev.tandem.spec;

/** How the rows of a dataset file are written; {@code AUTO} looks at each row. */
public enum DatasetFormat {
    AUTO,
    PROMPT_CHOSEN_REJECTED,
    CONVERSATIONAL
}
