package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A request to register a model that lies in a folder of the server. */
public record RegisterModel(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String name,

        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "file:///models/tiny-llama") @Nullable
        String uri,

        @JsonProperty("base_model") @Schema(description = "for an adapter: id or name of its model") @Nullable
        String baseModel) {

    static final RegisterModel EMPTY = new RegisterModel(null, null, null);
}
