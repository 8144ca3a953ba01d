package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as a model reads it, before anything is cut.
 *
 * @param rejected null for a demonstration
 * @param chosenCut tokens of prompt and chosen together that do not fit, at the end that the truncation mode cuts
 * @param rejectedCut likewise of prompt and rejected
 * @param dropped why the row is not trained on; null if it is
 * @param boundarySplit whether a token spans the border of prompt and completion
 * @param warnings what is lost, in words
 */
public record RowTokens(
        long line,
        Side prompt,
        Side chosen,
        @Nullable Side rejected,
        int chosenCut,
        int rejectedCut,
        @Nullable String dropped,
        boolean boundarySplit,
        List<String> warnings) {

    /** @param texts what each of the tokens adds; joined, they are the text */
    public record Side(List<Integer> ids, List<String> texts) {

        public static final Side EMPTY = new Side(List.of(), List.of());
    }
}
