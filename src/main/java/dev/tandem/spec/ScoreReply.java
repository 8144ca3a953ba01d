package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scoring process answers to each line: the scores, or what is wrong with the rows, or why it cannot.
 *
 * @param failure null unless the model cannot be used or the machine gave out; the process ends after it
 */
public record ScoreReply(
        List<RowScore> rows,
        List<FieldProblem> problems,
        @Nullable FailureKind failure,
        String message) {

    /** The models are loaded. */
    public static final ScoreReply READY = of(List.of());

    public static ScoreReply of(List<RowScore> rows) {
        return new ScoreReply(rows, List.of(), null, "");
    }

    public static ScoreReply refused(List<FieldProblem> problems) {
        return new ScoreReply(List.of(), problems, null, "");
    }

    public static ScoreReply failed(FailureKind kind, String message) {
        return new ScoreReply(List.of(), List.of(), kind, message);
    }
}
