package dev.tandem.text;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as the texts to encode. {@code chosen} and {@code rejected} are prompt and completion joined; they begin with
 * {@code prompt} unless {@code parts}.
 *
 * @param standard plain text, to which the tokenizer may add special tokens; not a rendered conversation
 * @param weight of the row's loss
 * @param parts whether the joined texts part from the prompt within the template's generation prompt
 */
record RowText(
        long line,
        String prompt,
        String chosen,
        @Nullable String rejected,
        double weight,
        boolean standard,
        boolean parts) {

    List<String> texts() {
        return rejected == null ? List.of(prompt, chosen) : List.of(prompt, chosen, rejected);
    }
}
