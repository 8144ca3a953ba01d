package dev.tandem.launcher;

import dev.tandem.security.AttemptToken;
import dev.tandem.spec.Report;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Runs workers somewhere. Which worker is wanted is the caller's to know; a launcher only tells what it sees, so each
 * call may be repeated.
 */
public interface WorkerLauncher {

    /** One attempt of one job. */
    record Attempt(String job, long epoch) {
        @Override
        public String toString() {
            return "%s, attempt %d".formatted(job, epoch);
        }
    }

    /**
     * What a worker is told at its start; all else it asks the server for.
     *
     * @param gpus of its machine that it is to see; no other
     */
    record Start(Attempt attempt, AttemptToken token, String serverUrl, Duration heartbeat, List<String> gpus) {}

    /** How a worker is to stop. */
    enum Stop {
        /** Write a checkpoint, tell the server, end. */
        CHECKPOINT,
        /** End now. */
        KILL
    }

    /**
     * A worker as it is seen now.
     *
     * @param alive false once its process ended; it is then seen once more only
     * @param exitCode empty while it lives, and when it is not known how it ended
     * @param lastWords the end of its log, if it ended
     */
    record Seen(Attempt attempt, boolean alive, OptionalInt exitCode, String lastWords) {}

    /** Starts the attempt's worker, unless it was started before. */
    void ensureStarted(Start start);

    /** Asks the attempt's worker to stop; a worker that is not there has stopped. */
    void requestStop(Attempt attempt, Stop how);

    /** Tells the workers that another server left behind where the server is now; those of this one know. */
    void serverIsAt(String url);

    /** All workers there are, and those that ended since the last call. */
    List<Seen> observe();

    /**
     * Gives what the attempt's worker wrote down for the server, first to last, as far as it can be read from here. Whoever
     * ends an attempt reads this before: a worker that is gone delivers nothing any more.
     *
     * @param after number of the last report that is known
     */
    void reportsLeft(Attempt attempt, long after, Consumer<List<Report.Envelope>> reader);

    /** Where the last lines of what all attempts of the job printed begin. */
    LogMark logStart(String job, int lines);

    /**
     * What comes next of that, first attempt first; whole lines, some thousand at most.
     *
     * @param over whether nothing is printed any more, so that a last line without an end is given too
     */
    LogPart log(String job, LogMark from, boolean over);
}
