package dev.tandem.security;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.stereotype.Component;

/** Whether callers must say who they are. Decided once, at the start; what would leave the server open to others ends it. */
@Component
@DependsOnDatabaseInitialization
public class Gate {

    private final boolean guarded;

    Gate(
            SecurityProperties properties,
            ObjectProvider<JwtDecoder> tokens,
            OAuth2ResourceServerProperties provider,
            ApiKeys keys,
            ServerProperties server) {
        boolean oidc = tokens.getIfAvailable() != null;
        if (oidc && provider.getJwt().getAudiences().isEmpty()) {
            throw new UnsafeStart(
                    "an identity provider is configured without an audience, so its tokens for any other service would open this one",
                    "Set spring.security.oauth2.resourceserver.jwt.audiences to what the provider calls this service.");
        }
        boolean entrance = oidc || properties.bootstrapKey() != null;
        guarded = properties.enabled() == null ? entrance : properties.enabled();
        if (guarded && !entrance && !keys.areThere(Scope.ADMIN)) {
            throw new UnsafeStart(
                    "tandem.security.enabled is true, but there is no admin key, no bootstrap key and no identity provider: nobody could get in",
                    "Set tandem.security.bootstrap-key (echo tdm_$(openssl rand -hex 32) makes one), or configure an identity provider.");
        }
        if (!guarded && properties.enabled() == null && keys.areThere(Scope.READ, Scope.SUBMIT, Scope.ADMIN)) {
            throw new UnsafeStart(
                    "this server's database has API keys, but nothing says now that callers must show one",
                    "Set tandem.security.enabled=true, or =false if everyone on this machine may do everything.");
        }
        if (!guarded) {
            requireLoopback(server.getAddress());
        }
    }

    /** Without it, whoever reaches the server may do everything, as an admin of the default project. */
    public boolean isGuarded() {
        return guarded;
    }

    private static void requireLoopback(@Nullable InetAddress address) {
        if (address == null || !address.isLoopbackAddress()) {
            throw new UnsafeStart(
                    "no security is configured, so only this machine may reach the server, but server.address is %s"
                            .formatted(
                                    address == null ? "not set, which means every address" : address.getHostAddress()),
                    "Set tandem.security.bootstrap-key (echo tdm_$(openssl rand -hex 32) makes one), or configure an identity"
                            + " provider (spring.security.oauth2.resourceserver.jwt), or set server.address=127.0.0.1.");
        }
    }
}
