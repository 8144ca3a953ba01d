package dev.tandem.datasets;

import dev.tandem.security.Project;
import jakarta.persistence.criteria.Predicate;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.domain.Specification;

/** What a dataset must be, all of it; null for whatever it is. A name has all its versions. */
public record DatasetFilter(
        @Nullable String name,
        @Nullable Instant createdAfter,
        @Nullable Instant createdBefore) {

    static final DatasetFilter ANY = new DatasetFilter(null, null, null);

    Specification<Dataset> in(Project project) {
        return (dataset, query, is) -> is.and(Stream.of(
                        is.equal(dataset.get("project"), project.name()),
                        name == null ? null : is.equal(dataset.get("name"), name),
                        createdAfter == null ? null : is.greaterThan(dataset.get("createdAt"), createdAfter),
                        createdBefore == null ? null : is.lessThan(dataset.get("createdAt"), createdBefore))
                .filter(Objects::nonNull)
                .toArray(Predicate[]::new));
    }
}
