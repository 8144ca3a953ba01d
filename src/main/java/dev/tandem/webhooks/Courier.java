package dev.tandem.webhooks;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.webhooks.Deliveries.Due;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Sends what is due, several at a time, so that a slow endpoint does not hold up the others. */
@Component
class Courier implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final int AT_ONCE = 16;
    private static final int ROUNDS_PER_SWEEP = 3600;

    private final Deliveries deliveries;
    private final WebhookEndpoints endpoints;
    private final Sender sender;
    private final WebhookProperties properties;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private volatile @Nullable Thread thread;

    Courier(Deliveries deliveries, WebhookEndpoints endpoints, Sender sender, WebhookProperties properties) {
        this.deliveries = deliveries;
        this.endpoints = endpoints;
        this.sender = sender;
        this.properties = properties;
    }

    @Override
    public void start() {
        Thread started = Thread.ofPlatform().name("webhooks").unstarted(this::run);
        thread = started;
        started.start();
    }

    /** What is under way is waited for, since it would be sent again otherwise. */
    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(properties.timeout());
            if (free.tryAcquire(AT_ONCE, properties.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                free.release(AT_ONCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        for (long round = 0; thread == Thread.currentThread(); round++) {
            boolean more = false;
            try {
                if (round % ROUNDS_PER_SWEEP == 0) {
                    deliveries.forgetOld();
                }
                more = sendDue();
            } catch (RuntimeException e) {
                complain(e);
            }
            try {
                if (!more) {
                    TimeUnit.MILLISECONDS.sleep(properties.poll().toMillis());
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void complain(RuntimeException e) {
        if (DatabaseOutage.caused(e)) {
            LOG.debug("the database is away; the next round of webhooks is in {}", properties.poll(), e);
        } else {
            LOG.error("a round of webhooks failed; the next one is in {}", properties.poll(), e);
        }
    }

    /** Whether there may be more that is due, and room to send it. */
    private boolean sendDue() {
        int room = free.drainPermits();
        List<Due> due = room == 0 ? List.of() : claim(room);
        free.release(room - due.size());
        due.forEach(each -> Thread.ofVirtual().name("webhook-" + each.id()).start(() -> send(each)));
        return room > 0 && due.size() == room;
    }

    private List<Due> claim(int room) {
        try {
            return deliveries.claim(room);
        } catch (RuntimeException e) {
            free.release(room);
            throw e;
        }
    }

    private void send(Due due) {
        try {
            endpoints.findById(due.endpoint()).ifPresent(endpoint -> {
                Answer answer = sender.send(endpoint, due.eventId(), due.body());
                deliveries.end(due, answer);
                if (!answer.isYes()) {
                    LOG.warn(
                            "attempt {} of webhook {} to {} failed: {}",
                            due.attempt(),
                            due.id(),
                            endpoint.id(),
                            answer.error());
                }
            });
        } catch (RuntimeException e) {
            LOG.error("attempt {} of webhook {} broke; it is made again", due.attempt(), due.id(), e);
        } finally {
            free.release();
        }
    }
}
