package dev.tandem.api.openai;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The API for OpenAI's SDKs.
 *
 * @param organization the {@code org} in {@code ft:model:org:suffix:id}
 * @param retryWindow how long after a request the same one with a retry count is taken for its retry; longer than the ten
 *     minutes that the SDKs wait for an answer
 */
@ConfigurationProperties("tandem.openai")
record OpenAiProperties(
        @DefaultValue("tandem") String organization,
        @DefaultValue("15m") Duration retryWindow) {

    OpenAiProperties {
        if (!organization.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,31}")) {
            throw new IllegalArgumentException(
                    "tandem.openai.organization must be 1 to 32 letters, digits and . _ -, was \"%s\""
                            .formatted(organization));
        }
    }
}
