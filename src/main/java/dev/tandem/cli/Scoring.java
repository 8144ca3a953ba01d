package dev.tandem.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives every row of a file its per-token log-probabilities, in file order. */
@FunctionalInterface
interface Scoring {

    void score(Path model, @Nullable Path adapter, Path data, Consumer<ScoreLine> lines) throws IOException;
}
