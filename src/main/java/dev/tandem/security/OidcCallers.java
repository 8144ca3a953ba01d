package dev.tandem.security;

import dev.tandem.spec.InvalidSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.stereotype.Component;

/** Reads project and scopes off a token of the identity provider, which was found genuine before. */
@Component
class OidcCallers implements Converter<Jwt, AbstractAuthenticationToken> {

    private static final String OURS = "tandem:";

    /** As long as Spring's check of a token lets clocks differ. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

    private final SecurityProperties.Oidc rules;
    private final Projects projects;
    private final Map<String, Scope> meanings = new HashMap<>();

    OidcCallers(SecurityProperties properties, Projects projects) {
        this.rules = properties.oidc();
        this.projects = projects;
        for (Scope scope : Scope.values()) {
            meanings.put(OURS + scope.word(), scope);
        }
        meanings.putAll(rules.scopes());
    }

    @Override
    public AbstractAuthenticationToken convert(Jwt token) {
        String subject = token.getSubject();
        if (subject == null || subject.isBlank()) {
            throw new InvalidBearerTokenException(
                    "the token has no claim sub, so nobody could be named for what is done");
        }
        List<Scope> scopes = rules.scopeClaims().stream()
                .flatMap(claim -> words(token.getClaims().get(claim)))
                .map(meanings::get)
                .filter(Objects::nonNull)
                .toList();
        Instant end = token.getExpiresAt();
        return new CallerAuthentication(
                Caller.of(project(token), "oidc:" + subject, scopes),
                Permit.ofToken(end == null ? null : end.plus(CLOCK_SKEW)));
    }

    /** A text of words between spaces, as OAuth 2.0 has it, or a list of words, as many providers do. */
    private static Stream<String> words(@Nullable Object claim) {
        return switch (claim) {
            case String text -> Stream.of(text.split(" "));
            case Collection<?> list -> list.stream().map(String::valueOf);
            case null -> Stream.empty();
            default -> Stream.empty();
        };
    }

    private Project project(Jwt token) {
        Object claim = token.getClaims().get(rules.projectClaim());
        String name = claim == null ? rules.defaultProject() : String.valueOf(claim);
        if (name == null) {
            throw new InvalidBearerTokenException(
                    "the token has no claim %s, which names the project".formatted(rules.projectClaim()));
        }
        try {
            var project = new Project(name);
            if (projects.exists(project)) {
                return project;
            }
        } catch (InvalidSpec e) {
            throw new InvalidBearerTokenException(String.valueOf(e.getMessage()));
        }
        throw new InvalidBearerTokenException("the token names a project that this server does not have");
    }
}
