package dev.tandem.tokens;

import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RowTokens;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TruncationMode;
import dev.tandem.text.RowFate;
import dev.tandem.text.RowSurvey;
import dev.tandem.text.TextPieces;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Shows rows token by token. */
final class RowViews implements RowSurvey.Listener {

    private final TokenOrder order;
    private final TextTokenizer tokenizer;
    private final List<RowTokens> rows = new ArrayList<>();

    RowViews(TokenOrder order, TextTokenizer tokenizer) {
        this.order = order;
        this.tokenizer = tokenizer;
    }

    @Override
    public void row(RowFate row) {
        TokenizedRow whole = row.whole();
        int[] rejected = whole.rejectedIds();
        rows.add(new RowTokens(
                whole.line(),
                side(new int[0], whole.promptIds()),
                side(whole.promptIds(), whole.chosenIds()),
                rejected == null ? null : side(whole.promptIds(), rejected),
                row.chosenCut(),
                row.rejectedCut(),
                row.dropped(),
                whole.boundarySplit(),
                warnings(row)));
    }

    @Override
    public void refused(long line, String reason) {
        rows.add(new RowTokens(line, RowTokens.Side.EMPTY, RowTokens.Side.EMPTY, null, 0, 0, reason, false, List.of()));
    }

    List<RowTokens> rows() {
        return rows;
    }

    private RowTokens.Side side(int[] before, int[] ids) {
        return new RowTokens.Side(Arrays.stream(ids).boxed().toList(), TextPieces.of(tokenizer, before, ids));
    }

    private List<String> warnings(RowFate row) {
        var warnings = new ArrayList<String>();
        if (row.whole().boundarySplit()) {
            warnings.add(
                    order.promptBoundary() == PromptBoundary.TRL
                            ? "a token spans the border of prompt and completion; the completion is cut as TRL cuts it and loses text there"
                            : "a token would span the border of prompt and completion; the completion is encoded on its own");
        }
        cut(warnings, "chosen", row.chosenCut());
        cut(warnings, "rejected", row.rejectedCut());
        return warnings;
    }

    private void cut(List<String> warnings, String side, int tokens) {
        if (tokens > 0) {
            boolean atEnd = order.truncationMode() == TruncationMode.KEEP_START;
            warnings.add(
                    "the %s %d tokens of prompt and %s are cut off".formatted(atEnd ? "last" : "first", tokens, side));
        }
    }
}
