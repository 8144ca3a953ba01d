package dev.tandem.scoring;

import dev.tandem.scoring.ScoringFailed.Cause;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.ScoreReply;
import dev.tandem.spec.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** One child process with its models: a line to it, a line from it. One caller at a time. */
final class ScorerProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScorerProcess.class);
    private static final String END = "";
    private static final int KILLED = 128 + 9;

    private final Process process;
    private final Writer orders;
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();
    private volatile String lastWords = "it said nothing";

    private ScorerProcess(Process process) {
        this.process = process;
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    static ScorerProcess launch(ScorerCommand command) {
        try {
            var launched = new ScorerProcess(command.start());
            // Virtual threads that wait for a pipe hold on to their carriers: as many as there are cores, and no other
            // runs.
            Thread.ofPlatform().daemon().name("scorer-replies").start(launched::readReplies);
            Thread.ofPlatform().daemon().name("scorer-words").start(launched::readWords);
            return launched;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a scoring process", e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * @param line a record that the process knows
     * @throws ScoringFailed if there is no answer or a failure; the process is of no use any more
     */
    ScoreReply ask(Record line, Deadline deadline) throws InterruptedException {
        // A process that hangs does not read either, so the caller must not be the one who writes.
        Thread.ofPlatform().daemon().name("scorer-orders").start(() -> write(Wire.JSON.writeValueAsString(line)));
        String reply = replies.poll(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
        if (reply == null) {
            throw new ScoringFailed(
                    Cause.TIMED_OUT,
                    "scoring took longer than %d s (tandem.scoring.timeout) and was ended; send fewer or shorter rows"
                            .formatted(deadline.patience().toSeconds()));
        }
        if (reply.equals(END)) {
            throw new ScoringFailed(Cause.PROCESS_LOST, epitaph());
        }
        return read(reply);
    }

    private ScoreReply read(String line) {
        ScoreReply reply;
        try {
            reply = Wire.JSON.readValue(line, ScoreReply.class);
        } catch (JacksonException e) {
            LOG.warn("scoring process {} said {}", pid(), line, e);
            throw new ScoringFailed(Cause.PROCESS_LOST, "the scoring process said something unknown and was ended");
        }
        FailureKind failure = reply.failure();
        if (failure != null) {
            throw new ScoringFailed(causeOf(failure), reply.message());
        }
        return reply;
    }

    private static Cause causeOf(FailureKind failure) {
        return switch (failure) {
            case INVALID_MODEL, INVALID_SPEC, INVALID_DATASET -> Cause.UNUSABLE_MODEL;
            case OUT_OF_MEMORY, TOO_LARGE -> Cause.OUT_OF_MEMORY;
            case DIVERGED, STORAGE, WORKER_LOST, CRASHED -> Cause.PROCESS_LOST;
        };
    }

    private String epitaph() throws InterruptedException {
        boolean over = process.waitFor(5, TimeUnit.SECONDS);
        int exit = over ? process.exitValue() : -1;
        String how = exit == KILLED ? "was killed (perhaps for want of memory)" : "ended with exit code " + exit;
        LOG.warn("scoring process {} {}; {}", pid(), how, lastWords);
        return "the scoring process %s before it answered; the next request starts another".formatted(how);
    }

    private void write(String line) {
        try {
            orders.write(line + "\n");
            orders.flush();
        } catch (IOException e) {
            LOG.debug("scoring process {} reads no more", pid(), e); // whoever waits for its reply learns why
        }
    }

    private void readReplies() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                replies.add(line);
            }
        } catch (IOException e) {
            LOG.debug("scoring process {} answers no more", pid(), e);
        } finally {
            replies.add(END);
        }
    }

    private void readWords() {
        try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lastWords = line;
                LOG.info("scoring process {}: {}", pid(), line);
            }
        } catch (IOException e) {
            LOG.debug("scoring process {} says no more", pid(), e);
        }
    }

    /** It holds nothing that is worth an orderly end. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
