package dev.tandem.webhooks;

import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.Rules;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The door to the webhook endpoints of each project and the log of what was sent to them. */
@Service
public class Webhooks {

    private static final int MOST = 100;
    private static final int LONGEST_NAME = 200;

    private final WebhookEndpoints endpoints;
    private final Deliveries deliveries;
    private final Addresses addresses;
    private final Sender sender;
    private final InstantSource clock;

    Webhooks(
            WebhookEndpoints endpoints,
            Deliveries deliveries,
            Addresses addresses,
            Sender sender,
            InstantSource clock) {
        this.endpoints = endpoints;
        this.deliveries = deliveries;
        this.addresses = addresses;
        this.sender = sender;
        this.clock = clock;
    }

    /** The events that endpoints can ask for. */
    public List<String> eventTypes() {
        return EventType.words();
    }

    /** @throws InvalidSpec naming every field that is wrong; an address that may not be connected to is */
    public WebhookEndpoint create(Project project, String name, String url, List<String> eventTypes) {
        check(name, url, eventTypes);
        if (endpoints.countByProject(project.name()) >= MOST) {
            throw new Conflict(
                    "url", "too_many", "there are %d webhook endpoints already; delete one first".formatted(MOST));
        }
        return endpoints.saveAndFlush(new WebhookEndpoint(
                project, name, url, eventTypes.stream().distinct().toList(), clock.instant()));
    }

    private void check(String name, String url, List<String> eventTypes) {
        new Rules()
                .check(
                        !name.isBlank() && name.length() <= LONGEST_NAME,
                        "name",
                        "must have 1 to %d characters".formatted(LONGEST_NAME),
                        name)
                .check(
                        !eventTypes.isEmpty() && EventType.words().containsAll(eventTypes),
                        "event_types",
                        "must be one or more of " + String.join(", ", EventType.words()),
                        eventTypes)
                .done();
        try {
            addresses.of(Target.of(url).host());
        } catch (Addresses.Refused e) {
            throw new InvalidSpec("url", "address_refused", "url must be reachable: " + e.getMessage());
        }
    }

    public WebhookEndpoint get(Project project, String id) {
        return endpoints.findByProjectAndId(project.name(), id).orElseThrow(() -> new NotFound("webhook_endpoint", id));
    }

    /** Newest first. */
    public Window<WebhookEndpoint> list(Project project, ScrollPosition after, int limit) {
        return endpoints.findAllByProject(
                project.name(), after, Limit.of(limit), Sort.by(Sort.Direction.DESC, "createdAt", "id"));
    }

    /** What is null stays as it is. */
    public WebhookEndpoint change(
            Project project,
            String id,
            @Nullable String name,
            @Nullable String url,
            @Nullable List<String> eventTypes) {
        WebhookEndpoint endpoint = get(project, id);
        String newName = name == null ? endpoint.name() : name;
        String newUrl = url == null ? endpoint.url() : url;
        List<String> newTypes = eventTypes == null ? endpoint.eventTypes() : eventTypes;
        check(newName, newUrl, newTypes);
        endpoint.change(newName, newUrl, newTypes.stream().distinct().toList(), clock.instant());
        return endpoints.saveAndFlush(endpoint);
    }

    /** @param keepOld whether the old secret signs too for another day */
    @Transactional
    public WebhookEndpoint rotateSecret(Project project, String id, boolean keepOld) {
        WebhookEndpoint endpoint = get(project, id);
        endpoint.rotateSecret(keepOld, clock.instant());
        return endpoints.saveAndFlush(endpoint);
    }

    /** What has not been sent to it never will be. */
    @Transactional
    public void delete(Project project, String id) {
        endpoints.delete(get(project, id));
    }

    /**
     * Sends an event of a job that does not exist, once and now.
     *
     * @return the status of the endpoint's answer
     * @throws InvalidSpec if the endpoint does not answer
     */
    public int test(Project project, String id, String eventType) {
        WebhookEndpoint endpoint = get(project, id);
        new Rules()
                .check(
                        EventType.words().contains(eventType),
                        "event_type",
                        "must be one of " + String.join(", ", EventType.words()),
                        eventType)
                .done();
        Envelope sample = Envelope.sample(eventType, clock.instant());
        Answer answer = sender.send(endpoint, sample.id(), sample.body());
        deliveries.note(id, sample, answer);
        if (answer.status() == null) {
            throw new InvalidSpec("url", "unreachable", String.valueOf(answer.error()));
        }
        return answer.status();
    }

    /** What was sent or is to be, newest first, from behind {@code after}. */
    public List<Delivery> deliveries(Project project, String id, @Nullable String after, int limit) {
        return deliveries.of(get(project, id).id(), after, limit);
    }
}
