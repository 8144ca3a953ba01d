package dev.tandem.api;

import dev.tandem.api.Live.Piece;
import dev.tandem.home.DatabaseOutage;
import dev.tandem.security.Permit;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** One reader of a stream. What it is sent next waits until it took what came before, so a slow one holds up nobody. */
final class OpenStream {

    private static final Logger LOG = LoggerFactory.getLogger(OpenStream.class);

    private final Live live;
    private final ResponseBodyEmitter emitter;
    private final Permit permit;
    private final Duration heartbeat;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean begun;
    private volatile boolean over;
    private volatile long lastSent = System.nanoTime();

    /**
     * @param permit which let its reader in; when it ends, so does the stream
     * @param heartbeat after how long a silence a sign of life is sent
     */
    OpenStream(Live live, ResponseBodyEmitter emitter, Permit permit, Duration heartbeat) {
        this.live = live;
        this.emitter = emitter;
        this.permit = permit;
        this.heartbeat = heartbeat;
        emitter.onCompletion(() -> over = true);
        emitter.onError(e -> over = true);
    }

    String job() {
        return live.job();
    }

    Permit permit() {
        return permit;
    }

    boolean isOver() {
        return over;
    }

    void advance(Live.Look look) {
        if (over || !busy.compareAndSet(false, true)) {
            return;
        }
        Piece piece = null;
        try {
            piece = next(look);
        } catch (RuntimeException e) {
            if (!DatabaseOutage.caused(e)) {
                LOG.warn("a stream of {} broke; its reader may open it again", job(), e);
                breakOff(new CloseNowException("this stream broke"));
            }
        }
        switch (piece) {
            case null -> busy.set(false);
            case Piece.End end -> end();
            case Piece.News news -> Thread.ofVirtual().name("stream-" + job()).start(() -> send(news));
        }
    }

    private @Nullable Piece next(Live.Look look) {
        Piece piece = live.next(look);
        boolean quiet = System.nanoTime() - lastSent > heartbeat.toNanos();
        return piece == null && quiet ? live.signOfLife() : piece;
    }

    private void send(Piece.News news) {
        try {
            news.send(emitter);
            begun = true;
            lastSent = System.nanoTime();
        } catch (IOException | IllegalStateException e) { // the emitter was completed meanwhile
            LOG.debug("the reader of a stream of {} went away", job(), e);
            over = true;
        } finally {
            busy.set(false);
        }
    }

    /** As {@link #breakOff}; at a later call, if something is being sent just now. An answer of nothing has no middle. */
    void cut(Exception why) {
        if (over || !busy.compareAndSet(false, true)) {
            return;
        }
        if (begun) {
            breakOff(why);
        } else {
            end();
        }
    }

    /** Ends it so that its reader sees that there is more: the connection is closed in the middle of the answer. */
    private void breakOff(Exception why) {
        over = true;
        emitter.completeWithError(why);
    }

    void end() {
        over = true;
        emitter.complete();
    }
}
