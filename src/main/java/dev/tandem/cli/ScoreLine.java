package dev.tandem.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.text.TokenizedRow;
import dev.tandem.training.Logps;
import dev.tandem.training.Scorer.ScoredRow;
import org.jspecify.annotations.Nullable;

/**
 * One row's scores, as they are written.
 *
 * @param row place in the file, from 0
 * @param chosenLogps log-probability of each chosen id, given all before it
 * @param chosenLogp their sum
 * @param chosenTokens how many they are
 * @param referenceChosenLogps the same under the reference; left out without one, like all below
 * @param chosenReward {@code beta * (chosenLogp - referenceChosenLogp)}
 * @param margin {@code chosenReward - rejectedReward}
 */
record ScoreLine(
        long row,
        int[] promptIds,
        int[] chosenIds,
        int @Nullable [] rejectedIds,
        float[] chosenLogps,
        float @Nullable [] rejectedLogps,
        double chosenLogp,
        int chosenTokens,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double rejectedLogp,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer rejectedTokens,
        @JsonInclude(JsonInclude.Include.NON_NULL) float @Nullable [] referenceChosenLogps,
        @JsonInclude(JsonInclude.Include.NON_NULL) float @Nullable [] referenceRejectedLogps,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double referenceChosenLogp,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double referenceRejectedLogp,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double beta,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double chosenReward,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double rejectedReward,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double margin) {

    static ScoreLine of(long row, ScoredRow scored, double beta) {
        TokenizedRow ids = scored.row();
        Logps chosen = scored.chosen();
        Logps rejected = scored.rejected();
        Double chosenReward = chosen.reward(beta);
        Double rejectedReward = rejected == null ? null : rejected.reward(beta);
        return new ScoreLine(
                row,
                ids.promptIds(),
                ids.chosenIds(),
                ids.rejectedIds(),
                chosen.policy(),
                rejected == null ? null : rejected.policy(),
                chosen.sum(),
                chosen.policy().length,
                rejected == null ? null : (Double) rejected.sum(),
                rejected == null ? null : (Integer) rejected.policy().length,
                chosen.reference(),
                rejected == null ? null : rejected.reference(),
                chosen.referenceSum(),
                rejected == null ? null : rejected.referenceSum(),
                chosenReward == null ? null : (Double) beta,
                chosenReward,
                rejectedReward,
                chosenReward == null || rejectedReward == null ? null : (Double) (chosenReward - rejectedReward));
    }
}
