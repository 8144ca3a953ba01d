package dev.tandem.cli;

import dev.tandem.spec.ScoringModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Gives every row of a file its per-token log-probabilities, and rewards if there is a reference, in file order. */
@FunctionalInterface
interface Scoring {

    void score(ScoringModels models, double beta, Path data, Consumer<ScoreLine> lines) throws IOException;
}
