package dev.tandem.spec;

import org.jspecify.annotations.Nullable;

/**
 * A model to score with, and what it is compared with. The first line that a scoring process is told.
 *
 * @param reference null to compare with nothing
 */
public record ScoringModels(ModelSource policy, @Nullable ModelSource reference) {}
