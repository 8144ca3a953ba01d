package dev.tandem.api;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sends a job's events as server-sent events while they come; each stream is a virtual thread that looks. */
@Component
class EventStreams {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final Duration LOOK = Duration.ofMillis(300);
    private static final int BATCH = 500;

    /** Looks without news between signs of life, which keep proxies from closing the connection. */
    private static final int QUIET_LOOKS = 50;

    private final JobBoard board;
    private final JobHistory history;
    private volatile boolean closing;

    EventStreams(JobBoard board, JobHistory history) {
        this.board = board;
        this.history = history;
    }

    SseEmitter open(Project project, String job, long lastSeen) {
        var emitter = new SseEmitter(0L); // no time limit: it ends with the job, the client or the server
        var gone = new AtomicBoolean();
        emitter.onCompletion(() -> gone.set(true));
        emitter.onError(e -> gone.set(true));
        Thread.ofVirtual().name("events-" + job).start(() -> follow(project, job, lastSeen, emitter, gone));
        return emitter;
    }

    /** An open stream would hold up the server's orderly stop. */
    @EventListener(ContextClosedEvent.class)
    void serverStops() {
        closing = true;
    }

    private record Look(boolean over, List<JobHistory.Event> news) {}

    /** A stream outlives an outage of the database: most clients would take the 503 of the next one for the end. */
    private Look look(Project project, String job, long seen) {
        try {
            // Asked before the events, so that the last of them is not missed.
            boolean over = board.get(project, job).status().isFinal();
            return new Look(over, history.events(job, seen, BATCH));
        } catch (NotFound e) {
            return new Look(true, List.of()); // deleted
        } catch (RuntimeException e) {
            if (DatabaseOutage.caused(e)) {
                return new Look(false, List.of());
            }
            throw e;
        }
    }

    private void follow(Project project, String job, long lastSeen, SseEmitter emitter, AtomicBoolean gone) {
        try {
            long seen = lastSeen;
            int quiet = 0;
            while (!gone.get() && !closing) {
                Look look = look(project, job, seen);
                for (JobHistory.Event event : look.news()) {
                    emitter.send(SseEmitter.event()
                            .id(String.valueOf(event.seq()))
                            .name(event.type())
                            .data(event));
                    seen = event.seq();
                }
                if (look.news().isEmpty() && look.over()) {
                    break;
                }
                quiet = look.news().isEmpty() ? quiet + 1 : 0;
                if (quiet >= QUIET_LOOKS) {
                    emitter.send(SseEmitter.event().comment("still here"));
                    quiet = 0;
                }
                TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            }
            emitter.complete();
        } catch (IOException e) {
            LOG.debug("the reader of the events of {} went away", job, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("the stream of the events of {} broke; the client may open it again", job, e);
            emitter.completeWithError(e);
        }
    }
}
