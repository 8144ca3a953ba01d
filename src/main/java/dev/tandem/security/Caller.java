package dev.tandem.security;

import java.util.Collection;
import java.util.Set;
import org.springframework.security.access.AccessDeniedException;

/**
 * Who asks.
 *
 * @param project what the caller sees and changes
 * @param who for the audit: the id of a key, or a subject of the identity provider
 * @param scopes those that it has, and all that they include
 */
public record Caller(Project project, String who, Set<Scope> scopes) {

    /** Everyone, while no security is configured. */
    public static final Caller ANYONE = new Caller(Project.DEFAULT, "anyone", Set.of(Scope.values()));

    /** Whoever holds the configured key. */
    static final Caller BOOTSTRAP = of(Project.DEFAULT, "bootstrap", Set.of(Scope.ADMIN));

    static Caller of(Project project, String who, Collection<Scope> given) {
        return new Caller(project, who, Scope.withIncluded(given));
    }

    /** Whether it may do what is about the whole server: those are the admins of the default project. */
    public boolean isOperator() {
        return scopes.contains(Scope.ADMIN) && project.equals(Project.DEFAULT);
    }

    /** For what is the server's and no project's. */
    public void requireOperator() {
        if (!isOperator()) {
            throw new AccessDeniedException(
                    "this is about the whole server, so only admins of project default may do it");
        }
    }

    public boolean mayAdminister(Project other) {
        return isOperator() || scopes.contains(Scope.ADMIN) && project.equals(other);
    }
}
