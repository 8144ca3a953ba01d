package dev.tandem.text;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row as token ids; {@code rejectedIds} is null for a demonstration. Completions include what ends them.
 *
 * @param boundarySplit whether a token would have spanned the border between prompt and completion, see
 *     {@link RowTokenizer}
 */
public record TokenizedRow(
        long line, int[] promptIds, int[] chosenIds, int @Nullable [] rejectedIds, boolean boundarySplit) {

    public TokenizedRow(long line, int[] promptIds, int[] chosenIds, int @Nullable [] rejectedIds) {
        this(line, promptIds, chosenIds, rejectedIds, false);
    }

    /**
     * The row with each sequence cut to its first {@code maxLength} ids ({@code keep_start}); empty if the prompt alone
     * fills them, for then nothing is left to learn from.
     */
    public Optional<TokenizedRow> truncated(int maxLength) {
        if (promptIds.length >= maxLength) {
            return Optional.empty();
        }
        if (longest() <= maxLength) {
            return Optional.of(this);
        }
        int room = maxLength - promptIds.length;
        int[] rejected = rejectedIds == null ? null : cut(rejectedIds, room);
        return Optional.of(new TokenizedRow(line, promptIds, cut(chosenIds, room), rejected, boundarySplit));
    }

    /** Ids of the longer of both sequences, prompt and completion together. */
    public int longest() {
        int rejected = rejectedIds == null ? 0 : rejectedIds.length;
        return promptIds.length + Math.max(chosenIds.length, rejected);
    }

    private static int[] cut(int[] ids, int length) {
        return ids.length <= length ? ids : Arrays.copyOf(ids, length);
    }
}
