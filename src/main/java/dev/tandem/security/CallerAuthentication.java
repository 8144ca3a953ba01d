package dev.tandem.security;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A caller that has proved who it is. What it proved it with is not kept. */
final class CallerAuthentication extends AbstractAuthenticationToken {

    private static final long serialVersionUID = 1L;

    private final transient Caller caller;
    private final transient Permit permit;

    CallerAuthentication(Caller caller, Permit permit) {
        super(Stream.concat(
                        caller.scopes().stream().map(Scope::name),
                        caller.isOperator() ? Stream.of(Scope.METRICS.name()) : Stream.empty())
                .distinct()
                .map(SimpleGrantedAuthority::new)
                .toList());
        this.caller = caller;
        this.permit = permit;
        setAuthenticated(true);
    }

    Caller caller() {
        return caller;
    }

    Permit permit() {
        return permit;
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public Object getPrincipal() {
        return caller.who();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallerAuthentication that && caller.equals(that.caller) && permit.equals(that.permit);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(caller);
    }
}
