package dev.tandem.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The text that each token adds, so that all pieces joined are the whole text. Decoding tokens one by one would lose
 * the spaces that some tokenizers drop at a beginning, and characters that several tokens share the bytes of.
 */
public final class TextPieces {

    /** What a decoder writes for bytes that are no whole character. */
    private static final String BROKEN = "\uFFFD";

    private TextPieces() {}

    /**
     * @param before ids that come before
     * @param ids the tokens in question
     * @return one piece for each of {@code ids}; empty where a later token completes the character
     */
    public static List<String> of(TextTokenizer tokenizer, int[] before, int[] ids) {
        int[] all = Arrays.copyOf(before, before.length + ids.length);
        System.arraycopy(ids, 0, all, before.length, ids.length);
        var pieces = new ArrayList<String>(ids.length);
        int told = before.length; // ids whose text is written already
        int anchor = Math.max(0, told - 1); // a token before them, so that none is a beginning
        for (int end = told + 1; end <= all.length; end++) {
            String known = tokenizer.decode(Arrays.copyOfRange(all, anchor, told), false);
            String grown = tokenizer.decode(Arrays.copyOfRange(all, anchor, end), false);
            boolean whole = !grown.endsWith(BROKEN) || end == all.length;
            pieces.add(whole && grown.startsWith(known) ? grown.substring(known.length()) : "");
            if (whole) {
                anchor = end - 1;
                told = end;
            }
        }
        return pieces;
    }
}
