package dev.tandem.tokens;

import dev.tandem.spec.PromptBoundary;

/** What is said of rows in which a token spans the border of prompt and completion. */
final class Warnings {

    private Warnings() {}

    static String ofSplit(PromptBoundary boundary) {
        return "%d rows have a token across the border of prompt and completion; "
                + switch (boundary) {
                    case TRL ->
                        "their completions are cut as TRL cuts them and lose text there; set prompt_boundary to repair to keep it";
                    case REPAIR -> "their completions are encoded on their own, so no text is lost";
                };
    }
}
