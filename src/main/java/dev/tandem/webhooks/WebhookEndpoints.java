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

    long countByProject(String project);

    Optional<WebhookEndpoint> findById(String id);

    Optional<WebhookEndpoint> findByProjectAndId(String project, String id);

    Window<WebhookEndpoint> findAllByProject(String project, ScrollPosition position, Limit limit, Sort sort);
}
