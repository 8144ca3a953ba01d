package dev.tandem.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as the texts to encode. {@code chosen} and {@code rejected} are prompt and completion joined, and begin with
 * {@code prompt}.
 *
 * @param standard plain text, to which the tokenizer may add special tokens; not a rendered conversation
 * @param boundaryMoved whether the prompt ends earlier than the template's generation prompt does
 */
record RowText(
        long line, String prompt, String chosen, @Nullable String rejected, boolean standard, boolean boundaryMoved) {

    List<String> texts() {
        return rejected == null ? List.of(prompt, chosen) : List.of(prompt, chosen, rejected);
    }
}
