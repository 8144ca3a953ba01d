package dev.tandem.security;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Tells whether what let callers in still would, for answers that outlast their request. */
@Component
public class Permits {

    private final ApiKeys keys;
    private final InstantSource clock;

    Permits(ApiKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** Of whoever asks, on the thread of a request. */
    public Permit current() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication authentication
                ? authentication.permit()
                : Permit.LASTING;
    }

    /** Those that let nobody in any more; one look at the database for all of them, and none if none is a key. */
    public Set<Permit> ended(Collection<Permit> permits) {
        List<String> shown =
                permits.stream().map(Permit::key).filter(Objects::nonNull).toList();
        var revoked = new HashSet<>(shown);
        if (!shown.isEmpty()) {
            revoked.removeAll(keys.live(shown));
        }
        Instant now = clock.instant();
        return permits.stream()
                .filter(each -> revoked.contains(each.key())
                        || each.until() != null && !each.until().isAfter(now))
                .collect(Collectors.toSet());
    }
}
