package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows for a scoring process.
 *
 * @param rows as a request has them: JSON objects
 * @param beta factor of the implicit reward
 * @param maxLength tokens of prompt and completion together that are kept; null to cut nothing
 * @param maxTokens most tokens that all rows may have together
 */
public record ScoreOrder(
        List<Object> rows, double beta, @Nullable Integer maxLength, PromptBoundary promptBoundary, int maxTokens) {}
