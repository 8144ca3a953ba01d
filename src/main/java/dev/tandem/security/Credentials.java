package dev.tandem.security;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.stereotype.Component;

/** Finds out who shows a bearer token: a key of this server, or a token of the identity provider. */
@Component
class Credentials implements AuthenticationManager {

    private static final String WAY_OUT =
            "it may be mistyped, expired or revoked; an admin makes keys at POST /api/v1/api-keys";

    private final ApiKeys keys;
    private final byte @Nullable [] bootstrapKey;
    private final @Nullable JwtAuthenticationProvider provider;

    Credentials(SecurityProperties properties, ApiKeys keys, ObjectProvider<JwtDecoder> tokens, OidcCallers oidc) {
        this.keys = keys;
        String key = properties.bootstrapKey();
        bootstrapKey = key == null ? null : Secrets.hash(key);
        JwtDecoder decoder = tokens.getIfAvailable();
        provider = decoder == null ? null : new JwtAuthenticationProvider(decoder);
        if (provider != null) {
            provider.setJwtAuthenticationConverter(oidc);
        }
    }

    @Override
    public Authentication authenticate(Authentication shown) {
        String token = ((BearerTokenAuthenticationToken) shown).getToken();
        if (token.startsWith(ApiKeys.PREFIX)) {
            return ofKey(token);
        }
        if (provider == null) {
            throw new InvalidBearerTokenException(
                    "this is no API key of this server, which begins with tdm_; " + WAY_OUT);
        }
        return Objects.requireNonNull(provider.authenticate(shown), "a bearer token is what the provider is for");
    }

    private Authentication ofKey(String key) {
        if (bootstrapKey != null && Secrets.matches(key, bootstrapKey)) {
            return new CallerAuthentication(Caller.BOOTSTRAP, Permit.LASTING);
        }
        return keys.caller(key)
                .map(caller -> new CallerAuthentication(caller, Permit.ofKey(caller.who())))
                .orElseThrow(
                        () -> new InvalidBearerTokenException("this API key does not open the server; " + WAY_OUT));
    }
}
