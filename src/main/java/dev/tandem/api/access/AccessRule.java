package dev.tandem.api.access;

import dev.tandem.security.Scope;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which scope an address needs. The first rule that fits decides; an address that fits none is open to nobody.
 *
 * @param method null for any
 */
record AccessRule(@Nullable HttpMethod method, PathPattern path, Scope scope) {

    /** Open to everyone: they tell nothing of anyone's, or ask for a secret of their own. */
    static final String[] OPEN = {
        "/internal/attempts/**", // an attempt's token
        "/actuator/health/**",
        "/v3/api-docs/**",
        "/swagger-ui.html",
        "/swagger-ui/**"
    };

    static final List<AccessRule> ALL = List.of(
            any("/actuator/**", Scope.METRICS),
            any("/api/v1/api-keys/**", Scope.ADMIN),
            any("/api/v1/projects/**", Scope.ADMIN),
            any("/api/v1/audit/**", Scope.ADMIN),
            of(HttpMethod.PUT, "/api/v1/queues/**", Scope.ADMIN),
            of(HttpMethod.DELETE, "/api/v1/queues/**", Scope.ADMIN),
            any("/api/2.0/**", Scope.READ), // there is nothing to change
            of(HttpMethod.POST, "/api/v1/models/*/score", Scope.READ),
            of(HttpMethod.POST, "/api/v1/jobs:estimate", Scope.READ),
            of(HttpMethod.GET, "/api/v1/**", Scope.READ),
            of(HttpMethod.GET, "/v1/**", Scope.READ),
            of(HttpMethod.HEAD, "/api/v1/**", Scope.READ),
            of(HttpMethod.HEAD, "/v1/**", Scope.READ),
            any("/api/v1/**", Scope.SUBMIT),
            any("/v1/**", Scope.SUBMIT));

    private static AccessRule any(String path, Scope scope) {
        return of(null, path, scope);
    }

    private static AccessRule of(@Nullable HttpMethod method, String path, Scope scope) {
        return new AccessRule(method, PathPatternParser.defaultInstance.parse(path), scope);
    }

    /** What an operation needs, for its description. */
    static Optional<Scope> scopeOf(HttpMethod method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        return ALL.stream()
                .filter(rule -> rule.method == null || rule.method.equals(method))
                .filter(rule -> rule.path.matches(parsed))
                .map(AccessRule::scope)
                .findFirst();
    }

    RequestMatcher matcher() {
        return PathPatternRequestMatcher.withDefaults().matcher(method, path.getPatternString());
    }
}
