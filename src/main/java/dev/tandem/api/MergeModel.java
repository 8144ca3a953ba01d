package dev.tandem.api;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A request to make a whole checkpoint of an adapter and its base. */
public record MergeModel(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "of the new model") @Nullable
        String name) {

    static final MergeModel EMPTY = new MergeModel(null);
}
