package dev.tandem.api;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.JobHistory;
import dev.tandem.security.Permit;
import dev.tandem.security.Permits;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.coyote.CloseNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Holds all open streams with one thread: it looks for news of all followed jobs at once and hands what there is to threads
 * that live no longer than a reader takes to read it. A stream that nothing happens on costs no thread and no query.
 */
@Component
class LiveStreams implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(LiveStreams.class);
    private static final Duration LOOK = Duration.ofMillis(300);

    private final JobHistory history;
    private final Permits invited;
    private final StreamProperties properties;
    private final Queue<OpenStream> streams = new ConcurrentLinkedQueue<>();
    private final Thread looker;
    private volatile boolean closing;

    LiveStreams(JobHistory history, Permits invited, StreamProperties properties) {
        this.history = history;
        this.invited = invited;
        this.properties = properties;
        this.looker = Thread.ofPlatform().daemon().name("streams").start(this::run);
    }

    /** Goes on for as long as the caller of this request would be let in. */
    void open(Live live, ResponseBodyEmitter emitter) {
        var stream = new OpenStream(live, emitter, invited.current(), properties.heartbeat());
        streams.add(stream);
        if (closing) {
            stream.end();
        }
        LockSupport.unpark(looker);
    }

    /** How many streams are open. */
    int size() {
        return streams.size();
    }

    /** An open stream would hold up the server's orderly stop; its reader comes back with the number of the last event. */
    @EventListener(ContextClosedEvent.class)
    void serverStops() {
        closing = true;
        streams.forEach(OpenStream::end);
        LockSupport.unpark(looker);
    }

    @Override
    public void destroy() {
        serverStops();
    }

    private void run() {
        while (!closing) {
            if (streams.isEmpty()) {
                LockSupport.park(this);
                continue;
            }
            try {
                streams.removeIf(OpenStream::isOver);
                turnOutUninvited();
                Live.Look look = look();
                streams.forEach(stream -> stream.advance(look));
            } catch (RuntimeException e) {
                LOG.error("a look at the open streams failed; the next one is in {}", LOOK, e);
            }
            LockSupport.parkNanos(this, LOOK.toNanos());
        }
    }

    /** A stream outlives an outage of the database: most clients would take the 503 of the next one for the end. */
    private Live.Look look() {
        List<String> jobs = streams.stream().map(OpenStream::job).distinct().toList();
        return inOutage(Live.Look.blind(history), () -> Live.Look.at(jobs, history));
    }

    /** Those whose key was revoked or whose token is too old; to them a new request would be closed too. */
    private void turnOutUninvited() {
        List<Permit> permits =
                streams.stream().map(OpenStream::permit).distinct().toList();
        Set<Permit> ended = inOutage(Set.of(), () -> invited.ended(permits));
        streams.stream()
                .filter(stream -> ended.contains(stream.permit()))
                .forEach(stream -> stream.cut(new CloseNowException("the key or token no longer opens the server")));
    }

    private static <T> T inOutage(T instead, Supplier<T> look) {
        try {
            return look.get();
        } catch (RuntimeException e) {
            if (DatabaseOutage.caused(e)) {
                return instead;
            }
            throw e;
        }
    }
}
