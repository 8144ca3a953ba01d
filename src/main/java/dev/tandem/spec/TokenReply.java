package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process that tokenizes rows answers: what was asked for, or why there is none.
 *
 * @param failure null unless the model cannot be used or the machine gave out
 */
public record TokenReply(
        List<RowTokens> rows,
        @Nullable TokenReport report,
        @Nullable TokenCounts counts,
        @Nullable FailureKind failure,
        String message) {

    public static TokenReply of(List<RowTokens> rows) {
        return new TokenReply(rows, null, null, null, "");
    }

    public static TokenReply of(TokenReport report) {
        return new TokenReply(List.of(), report, null, null, "");
    }

    public static TokenReply of(TokenCounts counts) {
        return new TokenReply(List.of(), null, counts, null, "");
    }

    public static TokenReply failed(FailureKind kind, String message) {
        return new TokenReply(List.of(), null, null, kind, message);
    }
}
