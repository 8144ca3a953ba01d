package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A request to register a model that lies in a folder of the server or in S3. */
public record RegisterModel(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable
        String name,

        @Schema(
                requiredMode = Schema.RequiredMode.REQUIRED,
                example = "file:///models/tiny-llama",
                description =
                        "file:///folder or s3://bucket/prefix, below a root that the operator configured; the files directly in it are copied before the answer comes, which takes minutes for large ones")
        @Nullable
        String uri,

        @JsonProperty("base_model") @Schema(description = "for an adapter: id or name of its model") @Nullable
        String baseModel) {

    static final RegisterModel EMPTY = new RegisterModel(null, null, null);
}
