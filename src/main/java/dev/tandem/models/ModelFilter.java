package dev.tandem.models;

import dev.tandem.security.Project;
import jakarta.persistence.criteria.Predicate;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.domain.Specification;

/** What a model must be, all of it; null for whatever it is. */
public record ModelFilter(
        @Nullable String name,
        @Nullable ModelKind kind,
        @Nullable Instant createdAfter,
        @Nullable Instant createdBefore) {

    static final ModelFilter ANY = new ModelFilter(null, null, null, null);

    Specification<RegisteredModel> in(Project project) {
        return (model, query, is) -> is.and(Stream.of(
                        is.equal(model.get("project"), project.name()),
                        name == null ? null : is.equal(model.get("name"), name),
                        kind == null ? null : is.equal(model.get("kind"), kind),
                        createdAfter == null ? null : is.greaterThan(model.get("createdAt"), createdAfter),
                        createdBefore == null ? null : is.lessThan(model.get("createdAt"), createdBefore))
                .filter(Objects::nonNull)
                .toArray(Predicate[]::new));
    }
}
