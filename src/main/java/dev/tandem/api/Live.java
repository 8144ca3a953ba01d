package dev.tandem.api;

import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobHistory.Event;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** What one open stream tells of a job; asked again and again, never by two at a time. */
interface Live {

    String job();

    /** What comes next; null if there is nothing yet. It may not wait. */
    @Nullable
    Piece next(Look look);

    /** What shows that the connection lives while nothing comes. */
    Piece signOfLife();

    /** Something to send, or the end. */
    sealed interface Piece {

        /** Takes the time that the reader takes. */
        non-sealed interface News extends Piece {
            void send(ResponseBodyEmitter emitter) throws IOException;
        }

        record End() implements Piece {}
    }

    /**
     * What is known of all followed jobs, from one look at the database.
     *
     * @param over those that ended, or are gone; asked before the heads, so that the last event is not missed
     * @param heads the number of the last event of each
     * @param told events by job and the number before them: most readers of a job stand at the same place
     */
    record Look(Set<String> over, Map<String, Long> heads, JobHistory history, Map<String, List<Event>> told) {

        private static final int BATCH = 200;

        static Look at(Collection<String> jobs, JobHistory history) {
            return new Look(history.over(jobs), history.heads(jobs), history, new HashMap<>());
        }

        /** Nothing is known, so nothing is new and nothing over. */
        static Look blind(JobHistory history) {
            return new Look(Set.of(), Map.of(), history, new HashMap<>());
        }

        List<Event> events(String job, long seen) {
            return heads.getOrDefault(job, 0L) <= seen
                    ? List.of()
                    : told.computeIfAbsent(job + " " + seen, any -> history.events(job, seen, BATCH));
        }
    }
}
