package dev.tandem.scoring;

import dev.tandem.spec.RowScore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's scores.
 *
 * @param model its id
 * @param reference id of the model that it is compared with
 * @param referenceAdapter id of the adapter on top of the reference; null for the reference alone
 * @param referenceReason in words, why this reference or none
 * @param beta factor of the rewards
 * @param betaReason in words, where it is from
 */
public record ModelScore(
        String model,
        @Nullable String reference,
        @Nullable String referenceAdapter,
        String referenceReason,
        double beta,
        String betaReason,
        @Nullable Integer maxLength,
        String promptBoundary,
        List<RowScore> rows) {}
