package dev.tandem.api.openai;

import dev.tandem.spec.InvalidSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Knows a retry when it sees one. The SDKs send a request again when its answer was lost, without a key, but with the number
 * of the try in {@value #HEADER}.
 */
@Component
class Retries {

    static final String HEADER = "X-Stainless-Retry-Count";

    private final OpenAiProperties properties;

    Retries(OpenAiProperties properties) {
        this.properties = properties;
    }

    /** How long ago the request may have come that this one repeats; null if it repeats none. */
    @Nullable
    Duration window(@Nullable String count) {
        return isRetry(count) ? properties.retryWindow() : null;
    }

    private static boolean isRetry(@Nullable String count) {
        if (count == null) {
            return false;
        }
        if (!count.matches("[0-9]{1,9}")) {
            throw new InvalidSpec(
                    HEADER, "invalid_value", "%s must be a whole number, was \"%s\"".formatted(HEADER, count));
        }
        return Integer.parseInt(count) > 0;
    }
}
