package dev.tandem.scoring;

import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.Rules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to score, as it comes over HTTP; {@code dev.tandem.spec.Form} reads it.
 *
 * @param rows JSON objects: a prompt with completions, or a row as datasets have them
 * @param beta factor of the implicit reward; that of the job that trained the model if left out, else 0.1
 * @param reference id or name of the model to compare with; what the model was trained from if left out
 * @param compare false to compare with nothing
 * @param maxLength tokens of prompt and completion together that are kept; null to cut nothing
 * @param promptBoundary that of the job if left out
 */
public record ScoreRequest(
        List<Object> rows,
        @Nullable Double beta,
        @Nullable String reference,
        boolean compare,
        @Nullable Integer maxLength,
        @Nullable PromptBoundary promptBoundary) {

    public static final ScoreRequest DEFAULTS = new ScoreRequest(List.of(), null, null, true, null, null);

    public ScoreRequest {
        new Rules()
                .check(rows != null, "rows", "must be a list of rows", rows)
                .check(
                        beta == null || beta > 0 && Double.isFinite(beta),
                        "beta",
                        "must be a finite number greater than 0",
                        beta)
                .check(compare || reference == null, "compare", "must be left out where a reference is named", compare)
                .check(maxLength == null || maxLength >= 2, "max_length", "must be at least 2 or null", maxLength)
                .done();
        rows = List.copyOf(rows);
    }
}
