package dev.tandem.text;

import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PreferenceRow.Side.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From rows to token ids by TRL's rules: the ids of a completion are those of prompt and completion joined, from the
 * length of the prompt's ids on.
 *
 * <p>One rule of TRL is not kept. Where a token of the joined text spans the border, the prompt's ids are no prefix of
 * the joined ids, and TRL cuts at that length all the same: "Answer: " with "yes" keeps only "es". Such a row would train
 * on a text that nobody wrote. Here the completion is then encoded on its own, so that prompt and completion together are
 * the whole text, and the row is marked {@link TokenizedRow#boundarySplit}.
 */
public final class RowTokenizer {

    private final TextTokenizer tokenizer;

    public RowTokenizer(TextTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    public TokenizedRow tokenize(PreferenceRow row) {
        return encode(List.of(text(row))).getFirst();
    }

    TextTokenizer tokenizer() {
        return tokenizer;
    }

    RowText text(PreferenceRow row) {
        if (row.prompt() instanceof Text prompt && row.chosen() instanceof Text chosen) {
            String rejected = row.rejected() instanceof Text text ? prompt.text() + ended(text.text()) : null;
            return new RowText(row.line(), prompt.text(), prompt.text() + ended(chosen.text()), rejected, true, false);
        }
        throw new IllegalArgumentException("no conversations yet");
    }

    /** Encodes many rows at once, which is several times faster than one by one. */
    List<TokenizedRow> encode(List<RowText> rows) {
        List<int[]> plain = encode(rows, true);
        List<int[]> rendered = encode(rows, false);
        int nextPlain = 0;
        int nextRendered = 0;
        var tokenized = new ArrayList<TokenizedRow>(rows.size());
        for (RowText row : rows) {
            int count = row.texts().size();
            if (row.standard()) {
                tokenized.add(assemble(row, plain.subList(nextPlain, nextPlain += count)));
            } else {
                tokenized.add(assemble(row, rendered.subList(nextRendered, nextRendered += count)));
            }
        }
        return tokenized;
    }

    private List<int[]> encode(List<RowText> rows, boolean standard) {
        List<String> texts = rows.stream()
                .filter(row -> row.standard() == standard)
                .flatMap(row -> row.texts().stream())
                .toList();
        return texts.isEmpty() ? List.of() : tokenizer.encodeAll(texts, standard);
    }

    private TokenizedRow assemble(RowText row, List<int[]> ids) {
        int[] prompt = ids.getFirst();
        String rejectedText = row.rejected();
        int @Nullable [] chosen = after(prompt, ids.get(1));
        int @Nullable [] rejected = rejectedText == null ? null : after(prompt, ids.get(2));
        boolean split = chosen == null || (rejectedText != null && rejected == null);
        if (chosen == null) {
            chosen = completionAlone(row, row.chosen());
        }
        if (rejectedText != null && rejected == null) {
            rejected = completionAlone(row, rejectedText);
        }
        return new TokenizedRow(row.line(), prompt, chosen, rejected, split || row.boundaryMoved());
    }

    private int[] completionAlone(RowText row, String joined) {
        return tokenizer.encode(joined.substring(row.prompt().length()), false);
    }

    /** What follows {@code prefix} in {@code ids}; null if they do not begin with it. */
    private static int @Nullable [] after(int[] prefix, int[] ids) {
        return Arrays.mismatch(prefix, ids) >= prefix.length || Arrays.equals(prefix, ids)
                ? Arrays.copyOfRange(ids, prefix.length, ids.length)
                : null;
    }

    private String ended(String completion) {
        String eos = tokenizer.eosToken();
        return completion.endsWith(eos) ? completion : completion + eos;
    }
}
