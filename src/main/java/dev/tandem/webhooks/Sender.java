package dev.tandem.webhooks;

import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import javax.net.ssl.SSLSocketFactory;
import org.springframework.stereotype.Component;

/** Signs an event and sends it once. */
@Component
class Sender {

    private final Addresses addresses;
    private final InstantSource clock;
    private final Post post;

    Sender(Addresses addresses, WebhookProperties properties, InstantSource clock) {
        this.addresses = addresses;
        this.clock = clock;
        this.post = new Post(properties.timeout(), (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    Answer send(WebhookEndpoint endpoint, String eventId, String body) {
        Instant now = clock.instant();
        var headers = new LinkedHashMap<String, String>();
        headers.put("webhook-id", eventId);
        headers.put("webhook-timestamp", String.valueOf(now.getEpochSecond()));
        headers.put("webhook-signature", Signature.of(endpoint.secrets(now), eventId, now.getEpochSecond(), body));
        try {
            Target target = Target.of(endpoint.url());
            InetAddress address = addresses.of(target.host());
            return Answer.of(post.send(target, address, headers, body));
        } catch (Addresses.Refused e) {
            return Answer.none(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Answer.none("the endpoint cannot be reached: " + e.getMessage());
        }
    }

    @PreDestroy
    void close() {
        post.close();
    }
}
