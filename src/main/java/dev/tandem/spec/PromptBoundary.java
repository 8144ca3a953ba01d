package dev.tandem.spec;

/**
 * Where a completion begins when a token of the joined text spans the border between prompt and completion, so that the
 * prompt's ids are no prefix of the joined ids.
 */
public enum PromptBoundary {
    /** At the length of the prompt's ids, as TRL does: text at the border is lost or repeated, and the row is reported. */
    TRL,
    /** At the character: the completion is encoded on its own, and no text is lost. */
    REPAIR
}
