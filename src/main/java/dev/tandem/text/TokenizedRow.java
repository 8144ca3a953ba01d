package dev.tandem.text;

import dev.tandem.spec.TruncationMode;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row as token ids; {@code rejectedIds} is null for a demonstration. Completions include what ends them.
 *
 * @param boundarySplit whether a token would have spanned the border between prompt and completion, see
 *     {@link RowTokenizer}
 * @param rejectedPromptIds the prompt of the rejected side where it is not {@code promptIds}: of a row that was cut at its
 *     start, the longer completion has less of it
 * @param weight factor of the row's loss, from 0
 */
public record TokenizedRow(
        long line,
        int[] promptIds,
        int[] chosenIds,
        int @Nullable [] rejectedIds,
        boolean boundarySplit,
        int @Nullable [] rejectedPromptIds,
        float weight) {

    /** A row that is whole and counts once. */
    public TokenizedRow(long line, int[] promptIds, int[] chosenIds, int @Nullable [] rejectedIds) {
        this(line, promptIds, chosenIds, rejectedIds, false, null, 1);
    }

    /**
     * The row with each sequence cut to {@code maxLength} ids. With {@code KEEP_START} empty if the prompt alone fills
     * them, for then nothing is left to learn from.
     */
    public Optional<TokenizedRow> truncated(int maxLength, TruncationMode mode) {
        if (mode == TruncationMode.KEEP_START && promptIds.length >= maxLength) {
            return Optional.empty();
        }
        if (longest() <= maxLength) {
            return Optional.of(this);
        }
        return Optional.of(
                switch (mode) {
                    case KEEP_START -> cutAtEnd(maxLength - promptIds.length);
                    case KEEP_END -> cutAtStart(maxLength);
                });
    }

    private TokenizedRow cutAtEnd(int room) {
        int[] rejected = rejectedIds == null ? null : first(rejectedIds, room);
        return new TokenizedRow(line, promptIds, first(chosenIds, room), rejected, boundarySplit, null, weight);
    }

    private TokenizedRow cutAtStart(int maxLength) {
        int[] prompt = last(promptIds, maxLength - chosenIds.length);
        int[] chosen = last(chosenIds, maxLength);
        if (rejectedIds == null) {
            return new TokenizedRow(line, prompt, chosen, null, boundarySplit, null, weight);
        }
        int[] rejectedPrompt = last(promptIds, maxLength - rejectedIds.length);
        return new TokenizedRow(
                line,
                prompt,
                chosen,
                last(rejectedIds, maxLength),
                boundarySplit,
                rejectedPrompt.length == prompt.length ? null : rejectedPrompt,
                weight);
    }

    /** Ids of the longer of both sequences, prompt and completion together. */
    public int longest() {
        int rejected = rejectedIds == null ? 0 : rejectedIds.length;
        int rejectedPrompt = rejectedPromptIds == null ? promptIds.length : rejectedPromptIds.length;
        return Math.max(promptIds.length + chosenIds.length, rejectedPrompt + rejected);
    }

    private static int[] first(int[] ids, int length) {
        return ids.length <= length ? ids : Arrays.copyOf(ids, length);
    }

    private static int[] last(int[] ids, int length) {
        return ids.length <= length ? ids : Arrays.copyOfRange(ids, ids.length - Math.max(length, 0), ids.length);
    }
}
