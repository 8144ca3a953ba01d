package dev.tandem.security;

import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Knows who asks, on the thread of a request. */
@Component
public class Callers {

    private final Gate gate;

    Callers(Gate gate) {
        this.gate = gate;
    }

    public Caller current() {
        return known().orElseThrow(
                        () -> new IllegalStateException("a request without a caller came through the filters"));
    }

    /** Empty if the request does not say who sends it, but has to. */
    public Optional<Caller> known() {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication authentication) {
            return Optional.of(authentication.caller());
        }
        return gate.isGuarded() ? Optional.empty() : Optional.of(Caller.ANYONE);
    }
}
