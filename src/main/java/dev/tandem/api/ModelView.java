package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.models.ModelFacts;
import dev.tandem.models.RegisteredModel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A model as clients see it. */
@JsonInclude
record ModelView(
        String id,
        String name,
        String architecture,
        long parameters,
        String dtype,
        @JsonProperty("vocab_size") int vocabSize,
        @JsonProperty("context_length") int contextLength,
        String digest,
        String kind,
        @JsonProperty("parent_model") @Nullable String parentModel,
        @Nullable String job,
        @JsonProperty("size_bytes") long sizeBytes,
        @JsonProperty("created_at") Instant createdAt) {

    static ModelView of(RegisteredModel model) {
        ModelFacts facts = model.facts();
        return new ModelView(
                model.id(),
                model.name(),
                facts.architecture(),
                facts.parameters(),
                facts.dtype(),
                facts.vocabSize(),
                facts.contextLength(),
                model.digest(),
                model.kind().word(),
                model.parentModel(),
                model.job(),
                model.sizeBytes(),
                model.createdAt());
    }
}
