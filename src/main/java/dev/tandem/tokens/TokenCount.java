package dev.tandem.tokens;

import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TokenReport;
import dev.tandem.text.RowFate;
import dev.tandem.text.RowSurvey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts row by row; of the rows it keeps the first lines of each kind, and how many have which length. */
final class TokenCount implements RowSurvey.Listener {

    private final TokenOrder order;
    private final @Nullable Integer maxLength;
    private final Histogram prompt = new Histogram();
    private final Histogram chosen = new Histogram();
    private final Histogram rejected = new Histogram();
    private final Some<Long> truncated = new Some<>();
    private final Some<TokenReport.Dropped> dropped = new Some<>();
    private final Some<Long> boundarySplits = new Some<>();
    private long rows;
    private long refused;

    TokenCount(TokenOrder order, @Nullable Integer maxLength) {
        this.order = order;
        this.maxLength = maxLength;
    }

    @Override
    public void row(RowFate row) {
        long line = row.whole().line();
        prompt.add(row.whole().promptIds().length);
        chosen.add(row.whole().chosenIds().length);
        int[] other = row.whole().rejectedIds();
        if (other != null) {
            rejected.add(other.length);
        }
        if (row.whole().boundarySplit()) {
            boundarySplits.add(line);
        }
        String reason = row.dropped();
        if (reason != null) {
            dropped.add(new TokenReport.Dropped(line, reason));
            return;
        }
        rows++;
        if (row.isCut()) {
            truncated.add(line);
        }
    }

    @Override
    public void refused(long line, String reason) {
        refused++;
        dropped.add(new TokenReport.Dropped(line, reason));
    }

    TokenReport report() {
        return new TokenReport(
                rows,
                prompt.lengths(),
                chosen.lengths(),
                rejected.lengths(),
                maxLength,
                truncated.count,
                truncated.first,
                dropped.count,
                dropped.first,
                boundarySplits.count,
                boundarySplits.first,
                warnings());
    }

    private List<String> warnings() {
        boolean stops = refused > 0 && order.source().onInvalid() == OnInvalid.REJECT;
        return Stream.of(
                        when(
                                stops,
                                "%d rows are refused by the chat template, at which a job stops; mend them, or upload the file with on_invalid=skip to leave them out",
                                refused),
                        when(rows == 0, "none of %d rows can be trained on", dropped.count),
                        when(rows > 0 && dropped.count > 0, "%d rows are not trained on", dropped.count),
                        when(truncated.count > 0, "%d rows are cut to max_length", truncated.count),
                        when(boundarySplits.count > 0, Warnings.ofSplit(order.promptBoundary()), boundarySplits.count))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> when(boolean holds, String words, long count) {
        return holds ? Optional.of(words.formatted(count)) : Optional.empty();
    }

    /** All are counted, the first are kept. */
    private static final class Some<T> {

        private final List<T> first = new ArrayList<>();
        private long count;

        void add(T each) {
            count++;
            if (first.size() < TokenReport.MOST_LINES) {
                first.add(each);
            }
        }
    }
}
