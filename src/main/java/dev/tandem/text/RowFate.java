package dev.tandem.text;

import dev.tandem.spec.TruncationMode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row at a maximal length.
 *
 * @param whole the row before anything is cut
 * @param dropped why it is not trained on; null if it is
 * @param chosenCut tokens of prompt and chosen that do not fit
 * @param rejectedCut tokens of prompt and rejected that do not fit
 */
public record RowFate(TokenizedRow whole, @Nullable String dropped, int chosenCut, int rejectedCut) {

    /** @param maxLength null for no limit */
    public static RowFate of(TokenizedRow row, @Nullable Integer maxLength, TruncationMode mode) {
        int[] rejected = row.rejectedIds();
        if (row.chosenIds().length == 0 || rejected != null && rejected.length == 0) {
            return new RowFate(row, "a completion has no tokens", 0, 0);
        }
        Optional<TokenizedRow> kept = maxLength == null ? Optional.of(row) : row.truncated(maxLength, mode);
        if (kept.isEmpty()) {
            String reason = "the prompt has %d tokens, which leaves no room below max_length %d"
                    .formatted(row.promptIds().length, maxLength);
            return new RowFate(row, reason, 0, 0);
        }
        int most = maxLength == null ? Integer.MAX_VALUE : maxLength;
        int prompt = row.promptIds().length;
        return new RowFate(
                row,
                null,
                Math.max(0, prompt + row.chosenIds().length - most),
                rejected == null ? 0 : Math.max(0, prompt + rejected.length - most));
    }

    public boolean isCut() {
        return chosenCut > 0 || rejectedCut > 0;
    }
}
