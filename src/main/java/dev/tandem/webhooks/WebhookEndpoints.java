package dev.tandem.webhooks;

import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.repository.Repository;

/** All endpoints. */
interface WebhookEndpoints extends Repository<WebhookEndpoint, String> {

    WebhookEndpoint saveAndFlush(WebhookEndpoint endpoint);

    void delete(WebhookEndpoint endpoint);

    long count();

    Optional<WebhookEndpoint> findById(String id);

    Window<WebhookEndpoint> findAllBy(ScrollPosition position, Limit limit, Sort sort);
}
