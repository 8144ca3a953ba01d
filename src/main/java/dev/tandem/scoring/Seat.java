package dev.tandem.scoring;

import dev.tandem.scoring.ScoringFailed.Cause;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.ScoreReply;
import dev.tandem.spec.ScoringModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A place for one process, whose callers take turns. The pool counts who uses it. */
final class Seat {

    private static final Logger LOG = LoggerFactory.getLogger(Seat.class);

    final long bytes;

    /** Guarded by the pool. */
    int users;

    /** Guarded by the pool. */
    Instant lastUsed;

    private final ScorerCommand command;
    private final ScoringModels models;
    private final ReentrantLock turn = new ReentrantLock(true);
    private volatile @Nullable ScorerProcess process;
    private volatile boolean closed;

    Seat(ScorerCommand command, ScoringModels models, long bytes, Instant now) {
        this.command = command;
        this.models = models;
        this.bytes = bytes;
        this.lastUsed = now;
    }

    ScoreReply ask(ScoreOrder order, Deadline deadline) throws InterruptedException {
        if (!turn.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new ScoringFailed(
                    Cause.BUSY,
                    "other requests to this model took all of the %d s (tandem.scoring.timeout); try again later"
                            .formatted(deadline.patience().toSeconds()));
        }
        boolean sound = false;
        try {
            ScoreReply reply = running(deadline).ask(order, deadline);
            sound = true;
            return reply;
        } finally {
            if (!sound) {
                end();
            }
            turn.unlock();
        }
    }

    private ScorerProcess running(Deadline deadline) throws InterruptedException {
        ScorerProcess running = process;
        if (running != null && running.isAlive()) {
            return running;
        }
        ScorerProcess launched = ScorerProcess.launch(command);
        process = launched;
        if (closed) {
            throw new ScoringFailed(Cause.BUSY, "the server is stopping");
        }
        launched.ask(models, deadline);
        LOG.info("scoring process {} is ready for {}", launched.pid(), models.policy());
        return launched;
    }

    /** Whether the model was deleted; what is mapped stays readable, but nobody can ask for it. */
    boolean isOrphaned() {
        return !Files.isDirectory(Path.of(models.policy().folder()));
    }

    @Nullable
    Long pid() {
        ScorerProcess running = process;
        return running == null ? null : (Long) running.pid();
    }

    void close() {
        closed = true;
        end();
    }

    private void end() {
        ScorerProcess running = process;
        process = null;
        if (running != null) {
            running.close();
        }
    }
}
