package dev.tandem.api;

import dev.tandem.api.Live.Piece;
import dev.tandem.home.DatabaseOutage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** One reader of a stream. What it is sent next waits until it took what came before, so a slow one holds up nobody. */
final class OpenStream {

    private static final Logger LOG = LoggerFactory.getLogger(OpenStream.class);

    /** Proxies close connections that are silent for longer, often after a minute. */
    private static final Duration QUIET = Duration.ofSeconds(15);

    private final Live live;
    private final ResponseBodyEmitter emitter;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean over;
    private volatile long lastSent = System.nanoTime();

    OpenStream(Live live, ResponseBodyEmitter emitter) {
        this.live = live;
        this.emitter = emitter;
        emitter.onCompletion(() -> over = true);
        emitter.onError(e -> over = true);
    }

    String job() {
        return live.job();
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
                over = true;
                emitter.completeWithError(e);
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
        boolean quiet = System.nanoTime() - lastSent > QUIET.toNanos();
        return piece == null && quiet ? live.signOfLife() : piece;
    }

    private void send(Piece.News news) {
        try {
            news.send(emitter);
            lastSent = System.nanoTime();
        } catch (IOException | IllegalStateException e) { // the emitter was completed meanwhile
            LOG.debug("the reader of a stream of {} went away", job(), e);
            over = true;
        } finally {
            busy.set(false);
        }
    }

    void end() {
        over = true;
        emitter.complete();
    }
}
