package dev.tandem.security;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who gets in.
 *
 * @param enabled whether callers must say who they are; left out: if a bootstrap key or an identity provider is configured
 * @param bootstrapKey an operator's key that is good for as long as it is configured, to make the others with
 * @param oidc how tokens of an identity provider are read; where it is comes from Spring's own
 *     {@code spring.security.oauth2.resourceserver.jwt}
 */
@ConfigurationProperties("tandem.security")
public record SecurityProperties(
        @Nullable Boolean enabled,
        @Nullable String bootstrapKey,
        @DefaultValue Oidc oidc) {

    private static final Pattern STRONG = Pattern.compile("tdm_[A-Za-z0-9_-]{32,}");

    public SecurityProperties {
        bootstrapKey = bootstrapKey == null || bootstrapKey.isBlank() ? null : bootstrapKey;
        if (bootstrapKey != null && !STRONG.matcher(bootstrapKey).matches()) {
            // Without its value: this message ends up in logs.
            throw new IllegalArgumentException(
                    "tandem.security.bootstrap-key must be tdm_ and at least 32 letters, digits, _ or -;"
                            + " echo tdm_$(openssl rand -hex 32) makes one");
        }
    }

    /**
     * @param projectClaim the claim whose text is the caller's project
     * @param defaultProject of callers without that claim; left out: they have none and get nowhere
     * @param scopeClaims claims whose words are scopes: a text with spaces between them, or a list
     * @param scopes what other words mean, beside {@code tandem:read} and the like
     */
    public record Oidc(
            @DefaultValue("tandem_project") String projectClaim,
            @Nullable String defaultProject,
            @DefaultValue({"scope", "scp"}) List<String> scopeClaims,
            @DefaultValue Map<String, Scope> scopes) {}

    /** So that no log shows the key. */
    @Override
    public String toString() {
        return "SecurityProperties[enabled=%s, oidc=%s]".formatted(enabled, oidc);
    }
}
